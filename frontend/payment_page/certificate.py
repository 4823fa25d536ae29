"""A certificate that the page's server makes for itself: it encrypts the way from the load balancer to the task.

The load balancer does not check it. Who may connect at all is decided by the task's security group.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "payment-page")])
VALID_FOR = timedelta(days=365)


def write_self_signed(directory: Path) -> tuple[Path, Path]:
    """Write a new certificate and its private key, readable by this user only. Returns both paths, the key's last."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(NAME, NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _write(directory / "page.crt", certificate.public_bytes(pem)), _write(directory / "page.key", private)


def _write(path: Path, content: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
