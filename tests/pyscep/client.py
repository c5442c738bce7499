"""PyScep as a command: one SCEP operation for each call, its outcome as one JSON object on standard output.

A directory holds what the client remembers: its key, the certificate that it signs messages with, its transaction.
"""

import argparse
import json
import pathlib
import warnings

warnings.simplefilter("ignore")

import requests  # noqa: E402
from asn1crypto import x509  # noqa: E402
from scep import Client as scep  # noqa: E402
from scep.Client.enums import FailInfo  # noqa: E402
from scep.Client.message import SCEPMessage  # noqa: E402

USAGES = {"digital_signature", "key_encipherment"}
ATTRIBUTES = {"CN": "common_name", "OU": "organizational_unit_name", "O": "organization_name"}


def main():
    arguments = parser().parse_args()
    print(json.dumps(OPERATIONS[arguments.operation](scep.Client(arguments.url), arguments)))


def parser():
    commands = argparse.ArgumentParser(description=__doc__)
    commands.add_argument("operation", choices=OPERATIONS)
    commands.add_argument("url")
    commands.add_argument("--directory", type=pathlib.Path, help="what the client remembers")
    commands.add_argument("--subject", help="such as CN=a,OU=b,O=c, in the order of the request")
    commands.add_argument("--dns", action="append", default=[])
    commands.add_argument("--challenge")
    commands.add_argument("--serial", type=lambda text: int(text, 16))
    return commands


def capabilities(client, _):
    return sorted(capability.value for capability in client.get_ca_capabilities().caps)


def ca_certificates(client, _):
    return [pem(certificate) for certificate in client.get_ca_certs().certificates]


def next_ca_certificates(client, _):
    """Reads the answer with PyScep's parser; its own rollover_certificate fails on the certificates of the signer."""
    query = {"operation": "GetNextCACert", "message": ""}
    answer = requests.get(client.url, params=query, timeout=30)
    answer.raise_for_status()
    assert answer.headers["content-type"] == "application/x-x509-next-ca-cert"
    message = SCEPMessage.parse(answer.content, signer_cert=client.get_ca_certs().signer)
    certificates = message.encap_content_info["content"]["certificates"]
    return [pem(scep.Certificate.from_der(one.chosen.dump())) for one in certificates]


def enroll(client, arguments):
    key = scep.SigningRequest.generate_pair()
    identity, _ = scep.SigningRequest.generate_self_signed("PyScep", USAGES, key)
    remember(arguments.directory, key, identity)
    return ask(client, arguments, key, identity, key)


def renew(client, arguments):
    """Signs the request for a new key with the certificate that it has; PyScep sends this as a PKCSReq too."""
    old_key, old = remembered(arguments.directory)
    return ask(client, arguments, scep.SigningRequest.generate_pair(), old, old_key)


def ask(client, arguments, key, identity, identity_key):
    request = scep.ScepCSRBuilder(name(arguments.subject), key.public_key.to_asn1_public_key())
    request.key_usage = USAGES
    request.extended_key_usage = {"client_auth"}
    request.subject_alt_domains = arguments.dns
    request.password = arguments.challenge
    request = scep.SigningRequest(request=request.build(key.to_asn1_private_key()))
    return finish(arguments.directory, key, client.enrol(request, identity, identity_key))


def poll(client, arguments):
    key, identity = remembered(arguments.directory)
    transaction = (arguments.directory / "transaction").read_text()
    return finish(arguments.directory, key, client.poll(identity, key, name(arguments.subject), transaction))


def get_certificate(client, arguments):
    key, identity = remembered(arguments.directory)
    return outcome(client.get_cert(identity, key, arguments.serial))


def get_crl(client, arguments):
    key, identity = remembered(arguments.directory)
    return outcome(client.get_crl(identity, key, arguments.serial))


def finish(directory, key, status):
    """From its first certificate on, the client signs with that."""
    if status.status == scep.PKIStatus.SUCCESS:
        remember(directory, key, status.certificates[0])
    if status.status == scep.PKIStatus.PENDING:
        (directory / "transaction").write_text(status.transaction_id)
    return outcome(status)


def outcome(status):
    if status.status == scep.PKIStatus.FAILURE:
        return {"status": "FAILURE", "failInfo": FailInfo(status.fail_info).name}
    if status.status == scep.PKIStatus.PENDING:
        return {"status": "PENDING"}
    crl = status.crl.to_pem().decode() if status.crl else None
    return {"status": "SUCCESS", "certificates": [pem(one) for one in status.certificates or []], "crl": crl}


def name(subject):
    """PyScep's own way to name a subject sorts its parts; a profile's order is part of the name."""
    parts = [part.split("=", 1) for part in subject.split(",")]
    rdns = [
        x509.RelativeDistinguishedName([
            x509.NameTypeAndValue({
                "type": ATTRIBUTES[kind],
                "value": x509.DirectoryString(name="utf8_string", value=x509.UTF8String(value)),
            })
        ])
        for kind, value in parts
    ]
    return x509.Name(name="", value=x509.RDNSequence(rdns))


def remember(directory, key, certificate):
    (directory / "key.der").write_bytes(key.to_der())
    (directory / "certificate.der").write_bytes(certificate.to_der())


def remembered(directory):
    key = scep.PrivateKey.from_der_file(directory / "key.der")
    return key, scep.Certificate.from_der_file(directory / "certificate.der")


def pem(certificate):
    return certificate.to_pem().decode()


OPERATIONS = {
    "capabilities": capabilities,
    "ca-certificates": ca_certificates,
    "next-ca-certificates": next_ca_certificates,
    "enroll": enroll,
    "renew": renew,
    "poll": poll,
    "get-certificate": get_certificate,
    "get-crl": get_crl,
}

if __name__ == "__main__":
    main()
