"""What a case's text says about its issue, without greetings, signatures, quoted replies, numbers and small words."""

from typing import Final

import polars as pl

from trueup.canon.names import folded


def _alternatives(words: str) -> str:
    return "|".join(words.split())


SMALL_WORDS: Final = _alternatives("""
    a about after again all already also although am an and another any are as asap at be because been before both but
    by can could did do does each few for from get gets got had has have he her here his how i if in into is it its just
    let like make many may me more most much must my new no not now of off on once one only or other our out over own
    please same seem she should show shown shows several since so some still such than that the their them then there
    these they this those through to too under until up us very was we were what when where which while who why will
    with would yet you your team
    aber alle allem als auch auf aus bei beim bereits bin bis bitte da dabei damit das dass dem den denn der des die
    dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er erneut es etwas fuer
    gegen haben habe hat hatte hatten hier ich ihr ihre im immer ins ist ja jede jeder kann kein keine keinen koennen
    man mehr mit muss nach nicht noch nun nur ob obwohl oder ohne schon sehr seit sein seine sich sie sind soll sowie
    ueber um und uns unser unsere unter vom von vor waren war warum was weil wenn wer werden wie wieder wir wird wurde
    wurden zu zum zur
    anfrage broken cases case dringend error errors fehler fehlermeldung frage funktioniert geht help hilfe issue issues
    meldung message messages problem probleme problems question reported request stopped support thank thanks ticket
    tickets urgent work working works danke gruss gruesse hallo hello hi dear guten tag kind best regards
""")
"""Words of English and German, and of helpdesks, that say nothing about which issue it is."""

_REPLY = (
    r"(?is)(?:^|\n)[ \t]*(?:-{2,}[^\n]*|_{5,}|on\b[^\n]{5,80}\bwrote:|am\b[^\n]{5,80}\bschrieb\b"
    r"|(?:von|from|gesendet|sent)[ \t]*:)(?:[^\n]*\n.*|[^\n]*)$"
)
_CLOSING = (
    r"(?is)\n[ \t]*(?:mit freundlichen|freundliche|viele|beste|liebe|herzliche|best|kind|warm|yours|sincerely|regards"
    r"|cheers|many thanks|thanks|thank you|vielen dank|danke|vg|lg|mfg|sent from my|von meinem)\b[^\n.!?]{0,40}[.!]?"
    r"(?:\n.*)?$"
)
_QUOTE = r"(?m)^[ \t]*>.*$"
_GREETING = (
    r"(?im)^[ \t]*(?:hi|hello|dear|hallo|guten (?:tag|morgen)|good (?:morning|afternoon)|sehr geehrte|liebe[rs]?|moin)"
    r"\b[^\n,.!?]{0,60}(?:[,!]|$)"
)
_ANSWERED = r"(?i)^[ \t]*(?:(?:re|fw|fwd|aw|wg|antw|sv)[ \t]*:[ \t]*)+"
_REFERENCES = (
    r"(?i)\[[^\]]{0,12}#?\d{3,}\]|#[ \t]?\d{3,}|\bref:\S+:ref\b"
    r"|\b(?:ticket|case|vorgang|incident|inc)[ \t]*(?:nr\.?|no\.?|number|nummer)?[ \t]*[#:]?[ \t]*\d+\b"
)
_ADDRESSES = r"(?i)https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+\.\w+"


def subject_text(subject: pl.Expr) -> pl.Expr:
    """A subject without answer marks and ticket numbers; '' where there is none."""
    return _plain(subject.str.replace(_ANSWERED, ""))


def description_text(description: pl.Expr) -> pl.Expr:
    """What the customer wrote themselves, without greeting and signature; '' where there is nothing."""
    own = description.str.replace_all("\r", "").str.replace(_REPLY, "").str.replace_all(_QUOTE, "")
    return _plain(own.str.replace(_CLOSING, "").str.replace_all(_GREETING, ""))


def sentences(text: pl.Expr) -> pl.Expr:
    """A text's sentences, as a list."""
    return text.str.replace_all(r"[.!?][\s]+|\n+", "\n").str.strip_chars(" \n.!?").str.split("\n")


def telling_words(text: pl.Expr) -> pl.Expr:
    """The words of a text that say which issue it is, folded, parted by single blanks; '' if there are none."""
    words = folded(text).str.replace_all(r"[^\p{L}\p{N}]+", " ")
    telling = words.str.replace_all(rf"\b(?:{SMALL_WORDS})\b", "")
    return telling.str.replace_all(r" +", " ").str.strip_chars()


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_REFERENCES, " ").str.replace_all(_ADDRESSES, " ").fill_null("")
