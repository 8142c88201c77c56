"""`python -m deploy.certificates FOLDER NAME…`: issue TLS certificates for the servers inside a deployment.

The first call creates a certificate authority (CA). Each call issues one certificate for each NAME, which is the host
name or address that clients connect to: `kafka`, `postgres`. A deployment with a CA of its own does not need this
command. It writes into FOLDER:

    ca.pem          the CA's certificate: give it to every process (KAFKA_CA_FILE, sslrootcert)
    ca.key          the CA's private key: keep it in a safe place, not on the servers
    NAME.pem        a server's certificate
    NAME.key        the server's private key
    NAME.both.pem   key and certificate in one file, as Kafka needs them (ssl.keystore.type=PEM)

Certificates are valid for a year and the CA for ten. A later call issues new certificates from the same CA; only the
servers need the new files.
"""

from __future__ import annotations

import argparse
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

AUTHORITY_DAYS: Final = 3653
CERTIFICATE_DAYS: Final = 366
_CLOCK_SKEW: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its private key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str = "Tilsagn, inside") -> Authority:
        """Create a new authority with a self-signed certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        certificate = (
            _certificate_builder(subject, subject, key, days=AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def read(cls, folder: Path) -> Authority:
        """Read the authority from the files in `folder`.

        Raises:
            OSError, ValueError: the files are missing or not valid.
        """
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("ca.key was not made by this program")
        return cls(key, x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()))

    def write(self, folder: Path) -> None:
        """Write the authority's files into `folder`."""
        write_atomically(folder / "ca.key", _key_pem(self.key), mode=0o600)
        write_atomically(folder / "ca.pem", _pem(self.certificate), mode=0o644)

    def issue(self, name: str, folder: Path, *, hosts: Sequence[str] = ()) -> None:
        """Write a new key and certificate of `name` into `folder`, replacing existing ones.

        Args:
            name: the common name, and the prefix of the files.
            folder: where the files are written.
            hosts: host names and addresses that clients connect to; `name` alone when empty.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _certificate_builder(_name(name), self.certificate.subject, key, days=CERTIFICATE_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_subject_alternative_name(host) for host in hosts or (name,)]),
                critical=False,
            )
            # Kafka's brokers and controllers use the server certificate as a client certificate among themselves.
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        write_atomically(folder / f"{name}.key", _key_pem(key), mode=0o600)
        write_atomically(folder / f"{name}.pem", _pem(certificate), mode=0o644)
        write_atomically(folder / f"{name}.both.pem", _key_pem(key) + _pem(certificate), mode=0o600)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject_alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def main() -> int:
    """Run the command. Returns 0, or 1 if the authority in the folder cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.certificates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="+", metavar="NAME")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if (folder / "ca.pem").exists():
            authority = Authority.read(folder)
        else:
            authority = Authority.new()
            authority.write(folder)
        for name in options.names:
            authority.issue(name, folder)
    except (OSError, ValueError) as error:
        print(f"no certificates were made: {error}")
        return 1
    print(f"{folder}: certificates of {', '.join(options.names)}, good for {CERTIFICATE_DAYS} days")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
