"""Names of companies and people, mail addresses and internet domains, in the one spelling that can be compared."""

from functools import cache
from typing import Final

import polars as pl
from babel import Locale


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_LETTERS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}
_LEGAL_FORMS: Final = _words("""
    gmbh mbh ag se kg kgaa ohg ug gbr ev eg haftungsbeschraenkt inc incorporated corp corporation co company llc
    llp lp ltd limited plc pty pvt private sarl sas sasu sa eurl spa srl srls snc bv nv vof cv ab oy oyj as asa
    aps kft zrt nyrt doo ood eood kk pte bhd sdn sl slu sro ltda lda oue tov ooo dac ulc
""")
_PLACEHOLDERS: Final = _words("""
    test testaccount testcompany unknown unbekannt none null na nn private privat self selfemployed individual
    customer kunde company account default demo example dummy tbd various diverse other sonstige
""")
_TITLES: Final = _words("""
    mr mrs ms miss mx dr prof herr frau mme mlle sig sir ing dipl mag phd jr sr
""")

_MAIL_PROVIDERS: Final = _words("""
    gmail.com googlemail.com outlook.com hotmail.com hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.co.uk
    live.com live.de live.fr live.co.uk live.nl msn.com yahoo.com yahoo.de yahoo.fr yahoo.it yahoo.es
    yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.com.br ymail.com rocketmail.com aol.com aol.de icloud.com me.com
    mac.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de mail.de posteo.de
    mailbox.org email.de online.de proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io
    fastmail.com hey.com zoho.com mail.com email.com inbox.com yandex.ru yandex.com mail.ru bk.ru rambler.ru
    qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr laposte.net
    sfr.fr libero.it virgilio.it tin.it alice.it tiscali.it bluewin.ch sunrise.ch aon.at chello.at comcast.net
    verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net btinternet.com
    btopenworld.com virginmedia.com ntlworld.com sky.com talktalk.net blueyonder.co.uk shaw.ca rogers.com
    telus.net bigpond.com bigpond.net.au optusnet.com.au xtra.co.nz telenet.be skynet.be ziggo.nl kpnmail.nl
    planet.nl home.nl uol.com.br bol.com.br terra.com.br rediffmail.com seznam.cz wp.pl o2.pl onet.pl interia.pl
    abv.bg ukr.net example.com example.org example.net test.com mailinator.com
""")
_SHARED_HOSTS: Final = _words("""
    github.io gitlab.io blogspot.com wordpress.com wixsite.com weebly.com squarespace.com myshopify.com
    webflow.io herokuapp.com netlify.app vercel.app pages.dev web.app firebaseapp.com azurewebsites.net
    cloudfront.net amazonaws.com appspot.com jimdosite.com jimdofree.com business.site godaddysites.com
    hubspotpagebuilder.com onmicrosoft.com zendesk.com freshdesk.com intercom.help atlassian.net sharepoint.com
    salesforce.com force.com
""")
_PUBLIC_PAGES: Final = _words("""
    facebook.com linkedin.com twitter.com x.com instagram.com xing.com youtube.com tiktok.com google.com goo.gl
    bit.ly linktr.ee wikipedia.org crunchbase.com yelp.com etsy.com ebay.com ebay.de amazon.com amazon.de
    medium.com
""")
_SECOND_LEVELS: Final = _words("""
    co com org net gov gob gouv gv edu ac or ne go ltd plc nhs sch id asn adv eng ind mil
""")
_ROLES: Final = _words("""
    info support sales office contact kontakt hello hallo hi mail email admin administrator billing invoice
    invoices rechnung rechnungen buchhaltung accounting accounts ap finance hr jobs career careers help helpdesk
    service services kundenservice it team post postmaster webmaster noreply donotreply marketing press presse
    legal einkauf purchasing procurement order orders bestellung reception empfang zentrale sekretariat shop
    inbox enquiries
""")
_COUNTRY_NICKNAMES: Final = {
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "south korea": "KR",
    "korea": "KR",
    "russia": "RU",
}


def folded(text: pl.Expr) -> pl.Expr:
    """Lower-case text without diacritics; umlauts as two letters, as they stand in mail addresses."""
    return (
        text.str.to_lowercase()
        .str.normalize("NFC")
        .str.replace_many(_LETTERS)
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
    )


def company_key(name: pl.Expr) -> pl.Expr:
    """A company's name without legal form, punctuation, case, diacritics and 'The'; null for names that say nothing."""
    plain = (
        folded(name)
        .str.replace_all(r"\ba/s\b", "as")
        .str.replace_all(r"[.'’`´]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    words = plain.str.replace_all(r"\b(and|und|et)\b", " ").str.replace(r"^the\s+", "")
    bare = (
        words.str.replace(rf"(\s+(?:{'|'.join(_LEGAL_FORMS)}|sp z oo|de))*\s*$", "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    key = pl.when(bare == "").then(plain).otherwise(bare)
    says_nothing = (key.str.len_chars() < 2) | key.str.replace_all(" ", "").is_in(_PLACEHOLDERS)
    return pl.when(~says_nothing).then(key)


def person_spelling(name: pl.Expr) -> pl.Expr:
    """A person's name folded, given name first, without titles: 'Dr. Meier, Anna' is 'anna meier'; '' if unnamed."""
    plain = folded(name).str.replace_all(r"['’`´]", "").str.replace_all(rf"\b(?:{'|'.join(_TITLES)})\b", "")
    in_order = plain.str.replace(r"^[\s.]*([^,]*\p{L}[^,]*),([^,]*\p{L}[^,]*)", "$2 $1")
    return in_order.str.replace_all(r"[^\p{L}]+", " ").str.strip_chars().fill_null("")


def mailbox(email: pl.Expr) -> pl.Expr:
    """A mail address in lower case, without a plus-tag; null for what is no address."""
    plain = email.str.to_lowercase().str.strip_chars().str.replace(r"^mailto:", "")
    return pl.when(plain.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")).then(plain.str.replace(r"\+[^@]*@", "@"))


def is_role_mailbox(email: pl.Expr) -> pl.Expr:
    """Whether several people share the mailbox: info@, support@..."""
    return email.str.extract(r"^([^@]+)@").str.replace_all(r"[^a-z]", "").is_in(_ROLES)


def local_part_fits(local: pl.Expr, spelling: pl.Expr) -> pl.Expr:
    """Whether a mailbox's local part is made of a spelt name: a.meier, anna.meier, annam, meier for anna meier.

    A local part with a digit is not: the digit tells people of one name apart.
    """
    plain = _without_umlauts(local.str.replace_all(r"[._\-]", ""))
    first, last = (_without_umlauts(word) for word in first_and_last(spelling))
    made = [first, last, _without_umlauts(spelling.str.replace_all(" ", ""))]
    for left, right in ((first, last), (last, first)):
        initials = (left.str.head(1), right.str.head(1))
        made += [left + right, initials[0] + right, left + initials[1], initials[0] + initials[1]]
    return pl.any_horizontal(plain == made_of_name for made_of_name in made).fill_null(value=False)


def first_and_last(spelling: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The first and the last word of a spelt name."""
    return spelling.str.extract(r"^(\S+)"), spelling.str.extract(r"(\S+)$")


def corporate_domain(address: pl.Expr) -> pl.Expr:
    """The domain a company registered, from a domain, web address or host.

    Null for mail providers, public pages and addresses without a domain; on shared hosts the host's customer is kept.
    Without a list of public suffixes, 'co.uk'-like endings are told by a generic second level under a country.
    """
    host = (
        address.str.to_lowercase()
        .str.strip_chars()
        .str.replace(r"^[a-z]+://", "")
        .str.replace(r"^.*@", "")
        .str.replace(r"[/?#:].*$", "")
        .str.strip_chars(".")
    )
    hosted = "|".join(name.replace(".", r"\.") for name in _SHARED_HOSTS)
    second = "|".join(_SECOND_LEVELS)
    domain = pl.coalesce(
        host.str.extract(rf"([^.]+\.(?:{hosted}))$"),
        host.str.extract(rf"([^.]+\.(?:{second})\.[a-z]{{2}})$"),
        host.str.extract(r"([^.]+\.[^.]+)$"),
    )
    is_shared = domain.is_in([*_MAIL_PROVIDERS, *_PUBLIC_PAGES, *_SHARED_HOSTS])
    is_second_level = domain.str.contains(rf"^(?:{second})\.[a-z]{{2}}$")
    is_number = domain.str.contains(r"^[0-9.]+$")
    return pl.when(~(is_shared | is_second_level | is_number)).then(domain)


def country_code(country: pl.Expr) -> pl.Expr:
    """The ISO code of a country given by code or by its English, German, French or Spanish name; else as it is."""
    plain = country.str.to_lowercase().str.strip_chars()
    named = plain.replace_strict(_country_names(), default=None, return_dtype=pl.String)
    return pl.coalesce(named, plain.str.to_uppercase())


def _without_umlauts(text: pl.Expr) -> pl.Expr:
    """'mueller' and 'muller' are one spelling of Müller."""
    return text.str.replace_many({"ae": "a", "oe": "o", "ue": "u"})


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("es", "fr", "de", "en"):
        names |= {name.lower(): code for code, name in Locale.parse(language).territories.items() if len(code) == 2}
    return names | _COUNTRY_NICKNAMES
