"""Packed deliveries: gz and zip, unpacked into scratch with an eye on their size."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from trueup.sources.delivery import DeliveryError, Parcel

_CHUNK: Final = 1 << 20
_ROOM_LEFT: Final = 1 << 28
"""Bytes that unpacking leaves free on the disk."""

_SUSPICIOUS_SIZE: Final = 1 << 30
_SUSPICIOUS_RATIO: Final = 200
"""Tables pack to a tenth, repetitive ones to a fiftieth; what packs to less than a 200th of a gigabyte is a trap."""

_TRUNCATED: Final = "It was cut off or damaged on its way: copy or download it again."


def unpacked_gz(parcel: Parcel) -> Parcel:
    """The one file in a gz, unpacked."""
    target = parcel.beside(".gunzipped")
    packed = parcel.path.stat().st_size
    try:
        with gzip.open(parcel.path) as source:
            _copy(source, target, shown=parcel.shown, packed=packed)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DeliveryError(parcel.shown, "The gz file ends before its contents do.", _TRUNCATED) from error

    return Parcel(target, parcel.shown, parcel.digest, parcel.bench)


def unpacked_zip(parcel: Parcel, wanted: Callable[[PurePosixPath], bool]) -> Iterator[Parcel]:
    """The wanted files in a zip, each unpacked when its turn comes; folders in it stay in the names shown."""
    try:
        with zipfile.ZipFile(parcel.path) as archive:
            for member in archive.infolist():
                if not member.is_dir() and wanted(PurePosixPath(member.filename)):
                    yield _member(parcel, archive, member)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise DeliveryError(parcel.shown, "The zip file cannot be opened to its end.", _TRUNCATED) from error


def names_in_zip(path: Path, shown: str) -> list[str]:
    """What a zip says it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile as error:
        raise DeliveryError(shown, "The file begins like a zip, but is none to its end.", _TRUNCATED) from error


def _member(parcel: Parcel, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Parcel:
    shown = f"{parcel.shown}/{member.filename}"
    if member.flag_bits & 1:
        raise DeliveryError(shown, "The zip file is protected by a password.", "Unpack it and import what is in it.")
    digest = parcel.digest_of(member.filename)
    target = parcel.bench.scratch / f"{digest[:20]}.unpacked"
    _refuse_bomb(shown, unpacked=member.file_size, packed=member.compress_size)
    try:
        with archive.open(member) as source:
            _copy(source, target, shown=shown, packed=member.compress_size)
    except NotImplementedError as error:
        message = "The zip file is packed in a way that cannot be read here."
        raise DeliveryError(shown, message, "Unpack it and import what is in it.") from error
    return Parcel(target, shown, digest, parcel.bench)


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, *, shown: str, packed: int) -> None:
    written = 0
    with target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            written += file.write(chunk)
            _refuse_bomb(shown, unpacked=written, packed=packed)
            if shutil.disk_usage(target.parent).free < _ROOM_LEFT:
                message = "There is no room on the disk to unpack it."
                raise DeliveryError(shown, message, "Free some space, or unpack it elsewhere and import what is in it.")


def _refuse_bomb(shown: str, *, unpacked: int, packed: int) -> None:
    if unpacked > _SUSPICIOUS_SIZE and unpacked > _SUSPICIOUS_RATIO * packed:
        message = f"It unpacks to {unpacked // (1 << 20):,} MiB or more, {unpacked // max(packed, 1):,} times its size."
        raise DeliveryError(shown, message, "If that is meant, unpack it and import what is in it.")
