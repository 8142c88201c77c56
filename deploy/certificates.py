"""`python -m deploy.certificates FOLDER NAME…`: certificates for what talks to one another inside a deployment.

An authority of the deployment's own, made the first time, vouches for one certificate for each NAME (a host name or
an address, as others connect to it): `kafka`, `postgres`. A deployment that has an authority of its own needs none of
this. In FOLDER:

    ca.pem          whom everybody inside trusts: give it to every process (KAFKA_CA_FILE, sslrootcert)
    ca.key          what vouches for new certificates: belongs in a safe, not on the servers
    NAME.pem        a server's certificate
    NAME.key        and its key
    NAME.both.pem   the two in one file, as Kafka wants them (ssl.keystore.type=PEM)

Certificates last a year and the authority ten. Doing it again makes new certificates by the same authority, and
nobody but the server has to be told.
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
_CLOCKS_DIFFER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Authority:
    """Somebody whose word counts."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str = "Tilsagn, inside") -> Authority:
        """Make one that nobody knows yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        certificate = (
            _begun(subject, subject, key, days=AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def read(cls, folder: Path) -> Authority:
        """The one whose files lie in `folder`.

        Raises:
            OSError, ValueError: they do not.
        """
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("ca.key is not of this program's making")
        return cls(key, x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()))

    def write(self, folder: Path) -> None:
        """Keep it in `folder`."""
        write_atomically(folder / "ca.key", _key_text(self.key), mode=0o600)
        write_atomically(folder / "ca.pem", _text(self.certificate), mode=0o644)

    def issue(self, name: str, folder: Path, *, hosts: Sequence[str] = ()) -> None:
        """Write a new key and certificate of `name` into `folder`, over what was there.

        Args:
            hosts: host names and addresses by which it is reached; `name` alone if there are none.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(_name(name), self.certificate.subject, key, days=CERTIFICATE_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_as_reached(host) for host in hosts or (name,)]), critical=False
            )
            # Brokers and controllers of Kafka show one another the certificate that they show their clients.
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        write_atomically(folder / f"{name}.key", _key_text(key), mode=0o600)
        write_atomically(folder / f"{name}.pem", _text(certificate), mode=0o644)
        write_atomically(folder / f"{name}.both.pem", _key_text(key) + _text(certificate), mode=0o600)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
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


def _as_reached(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def main() -> int:
    """The command; returns its exit code: 0, or 1 where the authority in the folder cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.certificates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="+", metavar="NAME")
    asked = parser.parse_args()
    folder: Path = asked.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if (folder / "ca.pem").exists():
            authority = Authority.read(folder)
        else:
            authority = Authority.new()
            authority.write(folder)
        for name in asked.names:
            authority.issue(name, folder)
    except (OSError, ValueError) as error:
        print(f"no certificates were made: {error}")
        return 1
    print(f"{folder}: certificates of {', '.join(asked.names)}, good for {CERTIFICATE_DAYS} days")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
