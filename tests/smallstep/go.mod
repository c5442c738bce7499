module scepter.dev/tests/smallstep

go 1.26

require (
	github.com/smallstep/pkcs7 v0.2.1
	github.com/smallstep/scep v0.0.0-20250318231241-a25cabb69492
)

require golang.org/x/crypto v0.33.0 // indirect
