import json
import re
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata

from django.conf import settings
from django.core.management import BaseCommand

PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Writes the inventory of the packages that run the site (CycloneDX 1.6) to VAR/sbom.json, from requirements.txt and what is installed."

    def handle(self, **options):
        parts = components((settings.BASE_DIR / "requirements.txt").read_text())
        file = settings.VAR / "sbom.json"
        file.write_text(json.dumps(bill_of(parts), indent=2, ensure_ascii=False) + "\n")
        unknown = [part["name"] for part in parts if "licenses" not in part]
        self.stdout.write(f"{len(parts)} packages in {file}; without a known licence: {', '.join(unknown) or 'none'}.")


def components(requirements: str) -> list[dict]:
    """One entry for each pin, with its hashes; a pin for another platform has what its line says and no licence."""
    found = []
    for block in re.split(r"\n(?=\S)", requirements):
        pin = PIN.match(block)
        if pin:
            found.append(component(pin[1].lower(), pin[2], HASH.findall(block)))
    return found


def component(name: str, version: str, hashes: list[str]) -> dict:
    purl = f"pkg:pypi/{name}@{version}"
    licence = licence_of(name)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        **({"licenses": [licence]} if licence else {}),
        "hashes": [{"alg": "SHA-256", "content": content} for content in hashes],
    }


def licence_of(name: str) -> dict | None:
    """What the installed package says of its licence: an expression, else its classifiers, else its first line of words."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return None
    if told.get("License-Expression"):
        return {"expression": told["License-Expression"]}
    classes = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    words = ", ".join(classes) or (told.get("License") or "").strip().partition("\n")[0]
    return {"license": {"name": words}} if words else None


def bill_of(parts: list[dict]) -> dict:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    root = {"type": "application", "bom-ref": "tokyo-career-guide", "name": "tokyo-career-guide"}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": now, "component": root},
        "components": parts,
    }
