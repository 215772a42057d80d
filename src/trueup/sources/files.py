"""Delivered files and folders: every table in them, whatever the format, unpacked where needed."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb
from rapidfuzz import process

from trueup.sources.archives import unpacked_gz, unpacked_zip
from trueup.sources.contents import Format, format_of
from trueup.sources.delivery import Bench, Delivered, Delivery, DeliveryError, Parcel
from trueup.sources.nested import read_json
from trueup.sources.spreadsheets import read_workbook
from trueup.sources.stored_tables import read_parquet, read_sqlite
from trueup.sources.text_files import read_text

_DEEPEST: Final = 3
_NO_TABLES: Final = re.compile(
    r"(licen[cs]e|readme|changelog|notice|copying|authors|contributing)([._-].*)?|.*\.(md|toml|sql|ya?ml|ini|lock|py|log)",
    re.IGNORECASE,
)
"""Names of files that accompany tables."""

_PATTERN: Final = re.compile(r"[*?\[]")
_LOCK: Final = ("~$", ".~lock.")
"""How spreadsheet programs mark a workbook that is open."""

_READERS: Final[Mapping[Format, Callable[[Parcel], list[Delivered]]]] = {
    "text": lambda parcel: [read_text(parcel)],
    "json": read_json,
    "workbook": read_workbook,
    "parquet": read_parquet,
    "sqlite": read_sqlite,
}


def read_paths(paths: Iterable[Path], *, scratch: Path) -> Delivery:
    """Every table in files and folders; ``scratch`` must last as long as the tables are read from.

    A file that is named and cannot be read raises DeliveryError; one that merely lies in a folder, or in a zip, becomes
    a finding, and the others go in.
    """
    whole = Delivery(())
    with duckdb.connect(config={"temp_directory": str(scratch)}) as connection:
        for path in paths:
            whole += _path(path, Bench(scratch, connection))
    return whole


def read_path(path: Path, *, scratch: Path) -> Delivery:
    """Every table in one file or folder, as ``read_paths``."""
    return read_paths([path], scratch=scratch)


def _path(path: Path, bench: Bench) -> Delivery:
    try:
        if path.is_dir():
            return _folder(path, bench)
        if not path.exists():
            raise _missing(path)
    except PermissionError as error:
        raise _forbidden(_shown(path), "You may not look into the folder it lies in.") from error
    if path.name.startswith(_LOCK):
        message = "This only marks a workbook that is open in a spreadsheet program."
        raise DeliveryError(_shown(path), message, f"Close it and import {path.name.lstrip('~$.')} instead.")
    return _file(path, _shown(path), bench)


def _folder(folder: Path, bench: Bench) -> Delivery:
    whole = Delivery(())
    closed: list[OSError] = []
    for path in _walk(folder, closed):
        shown = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
        try:
            whole += _file(path, shown, bench)
        except DeliveryError as error:
            whole += Delivery((), (error.finding(),))
    for refusal in closed:
        whole += Delivery((), (_forbidden(str(refusal.filename), "You may not look into this folder.").finding(),))
    if not whole.tables and not whole.findings:
        message = "There is no file with a table in this folder."
        raise DeliveryError(_shown(folder), message, "Name the folder or the files that your systems exported.")
    return whole


def _walk(folder: Path, closed: list[OSError]) -> Iterator[Path]:
    """Files that may hold tables, in order of their names; folders that cannot be looked into go to ``closed``."""
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(folders)
        found = [Path(place, name) for name in sorted(files)]
        yield from (path for path in found if _may_hold_tables(PurePosixPath(path.relative_to(folder))))


def _may_hold_tables(path: PurePosixPath) -> bool:
    is_hidden = any(part.startswith((".", "__MACOSX", "__pycache__")) for part in path.parts)
    return not is_hidden and not path.name.startswith(_LOCK) and not _NO_TABLES.fullmatch(path.name)


def _file(path: Path, shown: str, bench: Bench) -> Delivery:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return _opened(_plainly_named(Parcel(path, shown, digest, bench)), depth=0)
    except PermissionError as error:
        raise _forbidden(shown, "You may not read this file.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).rstrip(".")
        cure = "Check that the disk has room, that the drive is still there, and try again."
        raise DeliveryError(shown, f"Reading it failed: {reason}.", cure) from error


def _plainly_named(parcel: Parcel) -> Parcel:
    """DuckDB takes a name with stars and brackets for a pattern, and might read the file's neighbours too."""
    if not _PATTERN.search(str(parcel.path)):
        return parcel
    return replace(parcel, path=Path(shutil.copyfile(parcel.path, parcel.beside(".copied"))))


def _opened(parcel: Parcel, *, depth: int) -> Delivery:
    kind = format_of(parcel)
    if depth > _DEEPEST:
        raise DeliveryError(parcel.shown, "It is packed in too many layers.", "Unpack it and import what is in it.")
    if kind == "gz":
        return _opened(unpacked_gz(parcel), depth=depth + 1)
    if kind == "zip":
        return _archive(parcel, depth=depth + 1)
    return Delivery(tuple(_READERS[kind](parcel)))


def _archive(parcel: Parcel, *, depth: int) -> Delivery:
    whole = Delivery(())
    for member in unpacked_zip(parcel, _may_hold_tables):
        try:
            whole += _opened(member, depth=depth)
        except DeliveryError as error:
            whole += Delivery((), (error.finding(),))
    if not whole.tables and not whole.findings:
        raise DeliveryError(parcel.shown, "The zip file holds no file with a table.", "Check what was packed into it.")
    return whole


def _shown(path: Path) -> str:
    """A path for people: as it was given, or its last two parts where that would begin at the root of the disk."""
    parts = [part for part in PurePosixPath(path.as_posix()).parts if part not in {".", ".."}]
    return "/".join(parts[-2:] if path.is_absolute() else parts) or path.resolve().name


def _forbidden(shown: str, message: str) -> DeliveryError:
    cure = "Give yourself the right to read it (its properties, or chmod u+r), or copy it where you may."
    return DeliveryError(shown, message, cure)


def _missing(path: Path) -> DeliveryError:
    folder = path.parent
    if not folder.is_dir():
        return DeliveryError(str(path), f"There is no folder {folder}.", "Check the path.")
    near = process.extractOne(path.name, [entry.name for entry in folder.iterdir()], score_cutoff=60)
    cure = f"Did you mean {folder / near[0]}?" if near else "Check the name and the folder."
    return DeliveryError(str(path), "There is no such file.", cure)
