"""What ``[sign_in]`` may say, where its secret is, and how mistakes are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trueup import workspace
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.sign_in import SignIn, is_private_way, secret_of

GOOD = 'issuer = "https://login.acme.com/"\nclient_id = "trueup"\n'
MISTAKES = {
    "no issuer": ('client_id = "trueup"', "line 3: sign_in.issuer: it is missing. Give your provider's address"),
    "nobody could come in": ("passwords = false", "sign_in.issuer: it is missing."),
    "open to all on the way": ('issuer = "http://login.acme.com"', "must begin with https://"),
    "no address": ('issuer = "login.acme.com"', "line 4: sign_in.issuer: 'login.acme.com' is no address of a provider"),
    "a secret in it": ('issuer = "https://ann:word@login.acme.com"', "is no address of a provider"),
    "no port": ('issuer = "https://login.acme.com:https"', "Write it as https://login.acme.com"),
    "too far": (
        'issuer = "https://login.acme.com/.well-known/openid-configuration"',
        "goes too far. Leave /.well-known/openid-configuration out",
    ),
    "no client": ('issuer = "https://login.acme.com"', "sign_in.client_id: it is missing. Register this site"),
    "no name": (GOOD + 'name = " "', "line 6: sign_in.name: it is empty. Say what people call the provider"),
    "a long name": (GOOD + f'name = "{"x" * 41}"', "at most 40 characters"),
    "an address for a domain": (GOOD + 'admits = ["@acme.com"]', "'@acme.com' is no mail domain; write it as acme.com"),
    "all domains": (GOOD + 'admits = ["*"]', "'*' is no mail domain"),
    "a domain, not a list": (GOOD + 'admits = "acme.com"', "valid list"),
    "a key that there is not": (GOOD + 'admit = ["acme.com"]', "Did you mean admits?"),
    "no switch": (GOOD + 'passwords = "never"', "sign_in.passwords = 'never': Input should be a valid boolean"),
}


def folder_saying(root: Path, section: str) -> Folder:
    (root / "trueup.toml").write_text(f'[company]\nname = "Ours"\n[sign_in]\n{section}\n', encoding="utf-8")
    return Folder(root)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_file_its_key_and_the_cure(name: str, tmp_path: Path) -> None:
    section, says = MISTAKES[name]
    with pytest.raises(WorkspaceError) as told:
        workspace.settings(folder_saying(tmp_path, section))
    assert str(told.value).startswith(f"{tmp_path}/trueup.toml, line ")
    assert says in str(told.value)


@pytest.mark.parametrize("key", ["secret", "client_secret"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(key: str, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"TRUEUP_OIDC_SECRET, or into a file that sign_in\.secret_file") as told:
        workspace.settings(folder_saying(tmp_path, f'{GOOD}{key} = "hush"'))
    assert "hush" not in str(told.value)


def test_without_the_section_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("", encoding="utf-8")
    read = workspace.settings(Folder(tmp_path)).sign_in
    assert (read, read.is_offered, read.passwords) == (SignIn(), False, True)


def test_how_people_sign_in_does_not_make_other_numbers(tmp_path: Path) -> None:
    with_section = repr(workspace.settings(folder_saying(tmp_path, GOOD)))
    assert with_section == repr(workspace.settings(folder_saying(tmp_path, "")))


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://login.acme.com", True),
        ("http://127.0.0.1:8080/realm", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://localhost.evil.example", False),
        ("http://10.0.0.1", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_only_https_and_this_machine_are_private(address: str, *, private: bool) -> None:
    assert is_private_way(address) is private


def test_the_secret_is_in_the_environment_or_else_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_saying(tmp_path, f'{GOOD}secret_file = "oidc_secret"')
    (tmp_path / "oidc_secret").write_text("from a file\n", encoding="utf-8")
    sign_in = workspace.settings(folder).sign_in
    monkeypatch.delenv("TRUEUP_OIDC_SECRET", raising=False)
    assert secret_of(folder, sign_in) == "from a file"
    monkeypatch.setenv("TRUEUP_OIDC_SECRET", "from the environment")
    assert secret_of(folder, sign_in) == "from the environment"


@pytest.mark.parametrize(
    ("kept", "says"),
    [(b"", "is empty. Write the secret"), (b"\xff\xfe", "cannot be read: it is not text"), (None, "No such file")],
)
def test_a_file_without_a_secret_is_told(
    kept: bytes | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUEUP_OIDC_SECRET", raising=False)
    folder = folder_saying(tmp_path, f'{GOOD}secret_file = "oidc_secret"')
    if kept is not None:
        (tmp_path / "oidc_secret").write_bytes(kept)
    with pytest.raises(WorkspaceError, match=says) as told:
        secret_of(folder, workspace.settings(folder).sign_in)
    assert f"{folder.settings_file}: sign_in.secret_file = 'oidc_secret'" in str(told.value)


def test_a_server_without_its_secret_does_not_start(tmp_path: Path) -> None:
    folder = folder_saying(tmp_path, GOOD)
    told = subprocess.run(
        [sys.executable, "-m", "trueup", "serve", "--workspace", str(folder.root), "--no-open"],
        capture_output=True,
        text=True,
        check=False,
        env={name: text for name, text in os.environ.items() if name != "TRUEUP_OIDC_SECRET"},
        timeout=60,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert "sign_in has no secret. Put the one that your provider gave" in told.stderr
