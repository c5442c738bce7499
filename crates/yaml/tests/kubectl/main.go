package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

// Each line is one document; `\n` stands for a line break.
func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		text := strings.ReplaceAll(in.Text(), `\n`, "\n")
		json, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			fmt.Printf("%s\terror\n", in.Text())
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		fmt.Printf("%s\t%s\n", in.Text(), json)
	}
}
