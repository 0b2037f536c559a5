"""What docs/install.md and deploy/ tell is there, and runs."""

import io
import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.test import Client

from pages.management.commands.backup import names_of_settings
from tests import factories
from tests.place import OURS
from tokyo_career.logs import JsonLines

ROOT = Path(__file__).resolve().parent.parent
UNITS = ROOT / "deploy/systemd"
GUIDE = (ROOT / "docs/install.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
INLINE = re.findall(r"`((?:deploy/manage|make|systemctl|journalctl|nginx|openssl|df|du) [^`]+)`", GUIDE)
OF_DEBIAN = {
    "apt", "cd", "chown", "cp", "createdb", "createuser", "df", "du", "echo", "editor", "install", "journalctl", "nft", "nginx", "openssl",
    "python3", "runuser", "systemctl", "useradd",
}  # fmt: skip
BY_A_PIPE = {"receive_mail", "deliver_mail"}
"""Regular commands without a timer: one is called by the mail server, one is a service of its own."""


def commands() -> list[list[str]]:
    """Every command of the guide, word by word, without what is set before it."""
    lines = [line for block in BLOCKS for line in block.splitlines() if line] + INLINE
    lines = [re.sub(r"\$\((.*?)\)", "", line) for line in lines]
    found = [shlex.split(part) for line in lines for part in line.split("&&")]
    return [[word for number, word in enumerate(words) if number or "=" not in word] for words in found]


def targets() -> set[str]:
    return set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def names_a_unit(word: str) -> bool:
    """Whether a unit of ours exists; ``tokyo-career@backup.service`` comes from its template and needs its command."""
    name, _at, instance = word.partition("@")
    if instance:
        return (UNITS / f"{name}@.service").exists() and instance.removesuffix(".service") in get_commands()
    return (UNITS / word).exists()


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_an_administrator_finds_what_each_command_names(words):
    program, *rest = words
    if program == "deploy/manage":
        assert rest[0] in get_commands()
    elif program == "make":
        assert {word for word in rest if "=" not in word} <= targets()
    else:
        assert program in OF_DEBIAN
    for word in rest:
        place = word.removeprefix("/srv/site/").removesuffix("*")
        assert not place.startswith("deploy/") or (ROOT / place).exists() or place == "deploy/nginx.conf"
        assert not re.fullmatch(r"tokyo-career\S*\.(service|socket|timer)", word) or names_a_unit(word), word


def test_an_administrator_installs_with_fifteen_commands():
    assert len(BLOCKS[0].splitlines()) <= 15


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An environment file like that of a server, in folders of its own, and the site prepared as the guide says."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "var").mkdir()
    lines = (ROOT / "deploy/environment.example").read_text().splitlines()
    changed = {"DATABASE_URL": f"sqlite:///{folder}/var/db.sqlite3", "CACHE_URL": "dbcache://cache", "VAR": f"{folder}/var"}
    changed["EMAIL_URL"] = f"filemail:///{folder}/mail"
    kept = [line for line in lines if line.partition("=")[0] not in changed]
    (folder / "environment").write_text("\n".join([*kept, *(f"{name}={value}" for name, value in changed.items())]) + "\n")
    manage(folder, "prepare")
    return folder


def run(server: Path, *words: str, **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in (*OURS, "VAR", "SITE_ORIGIN", "STAFF_MFA")}
    environ = {**kept, "ENVIRONMENT": str(server / "environment"), "RUN_AS": "", **environ}
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def manage(server: Path, *words: str) -> str:
    return run(server, str(ROOT / "deploy/manage"), *words)


def test_an_administrator_walks_through_the_guide_on_an_empty_server(server):
    """The commands of the guide in its order: install, back up, restore beside the old place, check."""
    manage(server, "invite_administrator", "somebody@example.org")
    manage(server, "showmigrations", "--list")
    manage(server, "backup")
    archive = str(next((server / "var/backups").glob("*.tar.gz")))
    environment = (server / "environment").read_text().replace(f"{server}/var", f"{server}/restored")
    (server / "environment").write_text(environment)
    assert "Put back" in manage(server, "restore", archive)
    assert "All is there" in manage(server, "check_restore", archive)
    manage(server, "erase_expired")
    assert "somebody@example.org" in manage(
        server, "shell", "-v", "0", "-c", "from staff.models import User; print(User.objects.get().email)"
    )


def test_a_developer_backs_up_and_restores_with_make(server, tmp_path):
    own = [f"PY={sys.executable}", "--old-file=venv"]
    told = run(server, "make", *own, "backup", STAFF_MFA="off", VAR=str(server / "var"))
    archive = re.search(r"\S+\.tar\.gz", told)[0]
    assert "All is there" in run(server, "make", *own, "restore", f"ARCHIVE={archive}", STAFF_MFA="off", VAR=str(tmp_path))


def test_a_secret_is_long_enough_when_it_is_made_as_the_guide_says():
    line = next(line for block in BLOCKS for line in block.splitlines() if line.startswith("python3 -c"))
    program, *arguments = shlex.split(line)
    assert len(subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout.strip()) >= 50


def commands_of_ours() -> set[str]:
    """Commands of manage.py with their options, from both guides; what stands in brackets may be given or not."""
    found = re.findall(r"(?:deploy/manage|manage\.py) ([a-z_]+(?: [^`|\n]*)?)", "\n".join((GUIDE, OPERATIONS)))
    return {re.sub(r"[\[\]]|<[^>]*>", "", text).strip() for text in found}


@pytest.mark.parametrize("text", sorted(commands_of_ours()))
def test_every_command_of_ours_takes_the_options_that_a_guide_names(text):
    name, *options = shlex.split(text)
    command = load_command_class(get_commands()[name], name)
    known = command.create_parser("manage.py", name)._option_string_actions
    assert [option for option in options if option.startswith("--") and option not in known] == []


@pytest.mark.django_db
def test_reader_of_the_log_finds_what_the_guide_promises(client, pasona_operator, tmp_path):
    """The lines of the guide, run by a shell over a log that real requests wrote; a file stands for the journal."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    case = factories.case()
    client.force_login(pasona_operator)
    client.get(f"/admin/desk/case/{case.pk}/change/", headers={"x-request-id": "5fb28adb3ae29247"})
    client.get("/admin/staff/user/")
    client.post("/accounts/login/", {"login": "operator", "password": "wrong"})
    Client().post("/accounts/login/", {"login": "operator", "password": "wrong"})
    logging.getLogger("django.request").error("Fault")
    logging.getLogger().removeHandler(handler)
    (tmp_path / "log").write_text(stream.getvalue())
    lines = [line.strip() for line in OPERATIONS.splitlines() if line.startswith("    journalctl")]
    lines = [re.sub(r"^journalctl --unit \S+ -o cat( --since today)?", "cat log", line).replace("4711", str(case.pk)) for line in lines]
    told = [subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True).stdout for line in lines]
    assert ['"what": "case opened"' in told[0], told[1].count('"case opened"'), told[2], json.loads(told[4])["what"]] == [
        True,
        1,
        "1\n",
        "Fault",
    ]
    assert re.fullmatch(rf'\s*1 "account": {pasona_operator.pk}\n', told[3])


@pytest.mark.skipif(not shutil.which("nft"), reason="needs nft (Debian: apt install nftables)")
def test_the_firewall_is_understood_and_lets_out_what_the_site_needs(tmp_path):
    """The file as it is, with a user that is here in the place of the service's."""
    rules = (ROOT / "deploy/nftables.conf").read_text()
    (tmp_path / "rules").write_text(rules.replace('"tokyo-career"', '"root"'))
    done = subprocess.run(["nft", "--check", "--file", str(tmp_path / "rules")], capture_output=True, text=True)
    assert [done.returncode, done.stderr] == [0, ""]
    ports = set(re.findall(r"\d+", re.search(r"tcp dport \{ (.+) \} accept", rules)[1]))
    assert {"80", "443", "465", "587", "993"} == ports and rules.rstrip("}\n ").endswith("counter reject")


def test_every_alarm_that_is_raised_has_its_row():
    night = GUIDE.partition("## At three in the morning")[2]
    said = re.findall(r'\[f"(.+?)"\]', (ROOT / "pages/management/commands/check_alarms.py").read_text())
    assert len(said) == 5
    for sentence in said:
        words = re.split(r"\{.*?\}", sentence.replace("{BACKUP_HOURS}", "26"))
        assert max(words, key=len).strip(" .:") in night, sentence


def test_every_setting_has_a_word_in_the_example():
    lines = (ROOT / "deploy/environment.example").read_text().splitlines()
    named = {line.lstrip("#").partition("=")[0]: number for number, line in enumerate(lines) if re.match(r"#?[A-Z_]+=", line)}
    assert set(names_of_settings()) - set(named) == set()
    for name, number in named.items():
        before = [line for line in lines[:number] if not re.match(r"#?[A-Z_]+=", line)]
        assert before and (before[-1].startswith("# ")), name


def test_every_regular_command_is_started_by_a_unit():
    table = OPERATIONS.partition("Run regularly")[2].partition("\n## ")[0]
    regular = set(re.findall(r"^\| [^|]+ \| `manage\.py (\w+)", table, re.MULTILINE)) - BY_A_PIPE
    timed = {file.stem.removeprefix("tokyo-career-") for file in UNITS.glob("*.timer")}
    assert regular - timed == set() and timed <= set(get_commands()) and "backup" in timed
    for file in UNITS.glob("*.timer"):
        assert f"Unit=tokyo-career@{file.stem.removeprefix('tokyo-career-')}.service" in file.read_text()


def test_every_service_gives_up_what_it_does_not_need():
    needed = {"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "ReadWritePaths=/srv/site/var", "ProtectHome=yes"}
    for name in ("tokyo-career.service", "tokyo-career-mail.service", "tokyo-career@.service"):
        assert needed <= set((UNITS / name).read_text().splitlines()), name


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd (Debian: apt install systemd)")
def test_systemd_understands_every_unit(tmp_path):
    """The units as they are, with the place of the project alone changed to this one."""
    for file in UNITS.iterdir():
        text = file.read_text().replace("/srv/site/.venv/bin/python", sys.executable).replace("/srv/site", str(ROOT))
        (tmp_path / file.name).write_text(text)
    names = [name if "@" not in name else name.replace("@.", "@backup.") for name in sorted(os.listdir(tmp_path))]
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    done = subprocess.run(["systemd-analyze", "verify", *names], cwd=tmp_path, env=environ, capture_output=True, text=True)
    told = [line for line in (done.stdout + done.stderr).splitlines() if "tokyo-career" in line]
    assert told == [] and done.returncode == 0, done.stderr
