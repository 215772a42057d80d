"""What is signed of an agreement: terms without anybody's pay, and our own sheet, which they hold by its hash."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest

from pay.agreeing import BEFORE, DAYS, eur, paid, terms
from trueup.pay.agreements import InvalidAgreement, PayeeShare
from trueup.pay.signed_terms import Signable, signable, terms_in
from trueup.pay.vesting import ValueCurve

SALT = "5a17" * 16


def written(salt: str = SALT, **other: object) -> Signable:
    return signable(terms(**other), salt=salt)


def version_1() -> Signable:
    """The same as it was written when the payees stood in the terms."""
    now = written()
    told = {**json.loads(now.terms), **json.loads(now.pay or b""), "algorithm": "sha256-1"}
    del told["pay_sha256"], told["salt"]
    return Signable("sha256-1", json.dumps(told, sort_keys=True, separators=(",", ":")).encode(), None)


def test_what_is_signed_is_read_as_it_was_agreed_on() -> None:
    agreed = terms(
        cap=eur("900000.50"),
        curve=ValueCurve.of((Decimal("0.3"), 0), (1, 1)),
        payees=(
            PayeeShare("alice", eur(20_000), Fraction(1, 3)),
            PayeeShare("bob", eur(10_000), Fraction(2, 3)),
        ),
        definition="Außenstände ÷ Umsatz",
    )
    kept = signable(agreed, salt=SALT)
    assert terms_in(kept, signed=kept.hash) == agreed
    assert signable(terms_in(kept, signed=kept.hash), salt=SALT) == kept


def test_what_a_customer_signs_tells_nothing_of_anybodys_pay() -> None:
    kept = written(payees=(PayeeShare("alice-of-sales", eur(31_415), Fraction(2, 7)),))
    for ours in (b"alice-of-sales", b"31415", b"2/7", b"payees", b"curve", SALT.encode()):
        assert ours not in kept.terms
        assert ours in (kept.pay or b"")


def test_one_signature_is_below_the_terms_and_below_our_sheet() -> None:
    kept = written()
    assert kept.pay is not None
    assert json.loads(kept.terms)["pay_sha256"] == sha256(kept.pay).hexdigest()
    assert kept.hash == sha256(kept.terms).hexdigest()


def test_nobody_finds_out_pay_by_hashing_what_they_guess() -> None:
    assert written("a" * 64).hash != written("b" * 64).hash
    assert terms_in(written("a" * 64), signed=written("a" * 64).hash) == terms()


@pytest.mark.parametrize(
    "other",
    [
        {"measure": "Stock cover"},
        {"direction": "increase"},
        {"definition": "Receivables over sales x 31"},
        {"baseline": replace(BEFORE, value=Decimal(43))},
        {"value_per_unit": eur(100_001)},
        {"per": "month"},
        {"committed": eur(499_999)},
        {"reading_dates": DAYS[:5]},
        {"payees": (paid(target=30_001),)},
        {"curve": ValueCurve.of((Decimal("0.3"), 0), (1, 1))},
        {"verify_within_days": 91},
    ],
    ids=" ".join,
)
def test_whatever_is_changed_is_another_agreement(other: dict[str, object]) -> None:
    assert written(**other).hash != written().hash


def test_it_is_written_in_one_way_only_and_stays_as_it_was() -> None:
    """Bytes and hash of agreements that were signed may not change with the program."""
    kept = written()
    for body in (kept.terms, kept.pay or b""):
        assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    assert kept.algorithm == json.loads(kept.terms)["algorithm"] == "sha256-2"
    assert kept.hash == "5286aa7159750d27adc4b2e6f5654ff520de7adf6c8be2431bf9d9c3d421beb5"


def test_agreements_of_version_1_are_read_by_their_own_hash() -> None:
    kept = version_1()
    assert kept.hash == sha256(b"trueup value agreement 1\n" + kept.terms).hexdigest()
    assert sha256(kept.terms).hexdigest() == "7f7938e017b694da9900fea39ab091cda0837a4b5b79f191d921f56ebe24a069"
    assert terms_in(kept, signed=kept.hash) == terms()


def test_numbers_in_what_is_signed_have_no_digits_that_say_nothing() -> None:
    told = json.loads(written(quantile=Decimal("0.84160"), committed=eur("500000.00")).terms)
    assert [told["quantile"], told["committed"], told["band"]] == ["0.8416", ["500000", "EUR"], ["0", "EUR"]]
    assert json.loads(written(committed=eur(1200)).terms)["committed"] == ["1200", "EUR"]


NOW = written()
_PAY = NOW.pay or b""
ALTERED = {
    "a figure": replace(NOW, terms=NOW.terms.replace(b"500000", b"400000")),
    "somebody's pay": replace(NOW, pay=_PAY.replace(b"30000", b"90000")),
    "the sheet is missing": replace(NOW, pay=None),
    "another agreement's sheet": replace(NOW, pay=written("b" * 64).pay),
    "another form": replace(NOW, algorithm="sha256-1"),
    "an older agreement's figure": replace(version_1(), terms=version_1().terms.replace(b"500000", b"400000")),
}


@pytest.mark.parametrize("kept", ALTERED.values(), ids=ALTERED)
def test_what_was_altered_is_not_what_was_signed(kept: Signable) -> None:
    signed = version_1().hash if kept.pay is None and kept.algorithm == "sha256-1" else NOW.hash
    with pytest.raises(InvalidAgreement) as told:
        terms_in(kept, signed=signed)
    assert str(told.value) == "these terms are not what was signed: put back a copy of the record"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"no json",
        b'{"algorithm":"sha256-2"}',
        b'{"algorithm":"sha256-2","pay_sha256":"' + sha256(_PAY).hexdigest().encode() + b'"}',
        NOW.terms.replace(b"sha256-2", b"sha256-1"),
    ],
)
def test_what_is_written_by_other_rules_is_no_agreement_though_its_hash_is_right(body: bytes) -> None:
    kept = replace(NOW, terms=body)
    with pytest.raises(InvalidAgreement, match="not what was signed"):
        terms_in(kept, signed=kept.hash)


def test_what_a_newer_version_wrote_is_not_read() -> None:
    kept = replace(NOW, algorithm="sha256-9")
    with pytest.raises(InvalidAgreement) as told:
        terms_in(kept, signed=NOW.hash)
    assert str(told.value) == "these terms are hashed by sha256-9: read them with a newer version"
