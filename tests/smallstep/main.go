// The SCEP library of smallstep, which micromdm's client is made of too, as a command: one request for a certificate for each
// call, its outcome as one JSON object on standard output. It encrypts with AES-256, which the library leaves to its user; the
// library signs with SHA-1, which it does not. A directory holds what the client remembers: its key and its certificate.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/smallstep/scep"
	"github.com/smallstep/scep/x509util"
)

var (
	url       = flag.String("url", "", "the SCEP server")
	directory = flag.String("directory", "", "what the client remembers")
	subject   = flag.String("subject", "", "such as CN=a,OU=b,O=c, in the order of the request")
	dns       = flag.String("dns", "", "an alternative name")
	challenge = flag.String("challenge", "", "the challenge password")
	renew     = flag.Bool("renew", false, "sign with the certificate that it has (RenewalReq)")
)

// How often a request that is pending is sent anew: the library has no CertPoll, and its clients repeat themselves.
const pause = time.Second

type outcome struct {
	Status       string   `json:"status"`
	FailInfo     string   `json:"failInfo,omitempty"`
	Certificates []string `json:"certificates,omitempty"`
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	pkcs7.ContentEncryptionAlgorithm = pkcs7.EncryptionAlgorithmAES256CBC
	result, err := request()
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

func request() (*outcome, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	csr, err := certificationRequest(key)
	if err != nil {
		return nil, err
	}
	message := &scep.PKIMessage{MessageType: scep.PKCSReq, SignerKey: key}
	if *renew {
		message.MessageType = scep.RenewalReq
		message.SignerCert, message.SignerKey, err = remembered()
	} else {
		message.SignerCert, err = selfSigned(key)
	}
	if err != nil {
		return nil, err
	}
	reply, err := exchange(csr, message)
	if err != nil {
		return nil, err
	}
	if reply.PKIStatus == scep.FAILURE {
		return &outcome{Status: "FAILURE", FailInfo: reply.FailInfo.String()}, nil
	}
	if err := reply.DecryptPKIEnvelope(message.SignerCert, message.SignerKey); err != nil {
		return nil, err
	}
	issued := reply.CertRepMessage.Certificate
	return &outcome{Status: "SUCCESS", Certificates: []string{armored(issued)}}, remember(issued, key)
}

// exchange sends the request until it is decided.
func exchange(csr *x509.CertificateRequest, template *scep.PKIMessage) (*scep.PKIMessage, error) {
	body, err := answer(http.Get(*url + "?operation=GetCACert"))
	if err != nil {
		return nil, err
	}
	if template.Recipients, err = scep.CACerts(body); err != nil {
		return nil, err
	}
	selector := scep.WithCertsSelector(scep.EnciphermentCertsSelector())
	message, err := scep.NewCSRRequest(csr, template, selector)
	if err != nil {
		return nil, err
	}
	for {
		body, err := answer(http.Post(*url+"?operation=PKIOperation", "application/x-pki-message", bytes.NewReader(message.Raw)))
		if err != nil {
			return nil, err
		}
		reply, err := scep.ParsePKIMessage(body, scep.WithCACerts(template.Recipients))
		if err != nil || reply.PKIStatus != scep.PENDING {
			return reply, err
		}
		time.Sleep(pause)
	}
}

func answer(response *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server says %s", response.Status)
	}
	return io.ReadAll(response.Body)
}

func certificationRequest(key *rsa.PrivateKey) (*x509.CertificateRequest, error) {
	name, err := asn1.Marshal(relativeNames())
	if err != nil {
		return nil, err
	}
	template := x509util.CertificateRequest{
		CertificateRequest: x509.CertificateRequest{RawSubject: name, DNSNames: []string{*dns}},
		ChallengePassword:  *challenge,
	}
	der, err := x509util.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificateRequest(der)
}

// relativeNames is the subject in its own order, which pkix.Name does not keep.
func relativeNames() pkix.RDNSequence {
	types := map[string]asn1.ObjectIdentifier{"CN": {2, 5, 4, 3}, "O": {2, 5, 4, 10}, "OU": {2, 5, 4, 11}}
	var names pkix.RDNSequence
	for _, part := range strings.Split(*subject, ",") {
		kind, value, _ := strings.Cut(part, "=")
		names = append(names, pkix.RelativeDistinguishedNameSET{{Type: types[kind], Value: value}})
	}
	return names
}

func selfSigned(key *rsa.PrivateKey) (*x509.Certificate, error) {
	now := time.Now()
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "SCEP signer"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func remember(certificate *x509.Certificate, key *rsa.PrivateKey) error {
	if err := os.WriteFile(filepath.Join(*directory, "certificate.der"), certificate.Raw, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*directory, "key.der"), x509.MarshalPKCS1PrivateKey(key), 0o600)
}

func remembered() (*x509.Certificate, *rsa.PrivateKey, error) {
	der, err := os.ReadFile(filepath.Join(*directory, "certificate.der"))
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	if der, err = os.ReadFile(filepath.Join(*directory, "key.der")); err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	return certificate, key, err
}

func armored(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
