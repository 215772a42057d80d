"""What a snapshot says of itself that tests publish without a build: of noon on the first of July 2026."""

from trueup.mart.snapshot import Manifest

MANIFEST = Manifest(
    snapshot="20260701T120000000000Z",
    built_at="2026-07-01T12:00:00",
    as_of="2026-07-01T12:00:00",
    as_of_on="2026-07-01",
    currency="EUR",
    version="0",
    newest_load=1,
    inputs={"lake": "", "settings": "", "definitions": "", "entries": ""},
    grains=("account",),
    kinds=("month",),
)
