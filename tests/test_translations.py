import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from core.management.commands.compilepo import faults_of


def test_every_string_has_its_japanese():
    call_command("compilepo", check=True, verbosity=0)


def test_the_japanese_catalogue_is_really_loaded():
    with translation.override("ja"):
        assert translation.gettext("Licensed employment agencies") == "許可を受けた紹介会社"


@pytest.mark.parametrize(
    ("msgid", "msgstr", "flags", "faults"),
    [
        ("Hello", "こんにちは", [], []),
        ("Hello", "", [], ["missing"]),
        ("Hello", "こんにちは", ["fuzzy"], ["fuzzy"]),
        ("%(n)s people", "人", [], ["placeholders differ"]),
        ("%(n)s people", "%(n)s人", [], []),
    ],
)
def test_a_faulty_entry_is_found(msgid, msgstr, flags, faults):
    import polib

    assert faults_of(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=flags)) == faults


def test_a_missing_translation_fails_the_command(settings, tmp_path):
    folder = tmp_path / "ja" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Hello"\nmsgstr ""\n')
    settings.LOCALE_PATHS = [tmp_path]
    with pytest.raises(CommandError, match="ja: 'Hello': missing"):
        call_command("compilepo", check=True)
