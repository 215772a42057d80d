"""Names of invented companies, people and places; every mail domain ends in ``.example``, which nobody can own."""

import numpy as np
import pyarrow as pa

from trueup.sources.simulate.columns import Ints

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", " ": "", "&": "", "-": ""})


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_STEM_STARTS = _words(
    "Bren Tal Vor Hel Kram Lin Mor Nes Pel Quer Rad Sten Trum Ulv Wend Zor Alb Bort Cald Dren Elm Farn Gil"
    " Hast Ing Jas Kel Lum Mard Nov Orl Pranz Rost Selm Thur Urs Vel Wald Yst Zan Ard Bil Corm Dag Esk Fol Grim"
    " Hov Ist Jor Kest Lor Mis Nar Ost Pul Rik Sarn Tev Vint"
)
_STEM_MIDDLES = ("", *_words("a e i o u ea io ia au ei oa ue ie eo ua ai ou iu ae oi ao ui eu ya ye yo yu oe uo"))
_STEM_ENDS = _words(
    "vik ton mark berg dal feld gard holt kamp lund mund nor pold rich sen tal vall wick ster bruck den fors"
    " ghem heim kert lind men nau rod trup"
)

INDUSTRIES = (
    "Machinery",
    "Electronics",
    "Food & Beverage",
    "Wholesale",
    "Logistics",
    "Chemicals",
    "Furniture",
    "Medical Supplies",
)
_TRADES_EN = (
    ("Machinery", "Tooling", "Engineering", "Drives", "Castings", "Pumps"),
    ("Electronics", "Sensors", "Controls", "Circuits", "Lighting", "Instruments"),
    ("Foods", "Bakeries", "Dairy", "Beverages", "Farms", "Provisions"),
    ("Wholesale", "Supplies", "Trading", "Distribution", "Merchants", "Depot"),
    ("Logistics", "Freight", "Haulage", "Shipping", "Couriers", "Forwarding"),
    ("Chemicals", "Coatings", "Polymers", "Adhesives", "Resins", "Pigments"),
    ("Furniture", "Interiors", "Joinery", "Seating", "Kitchens", "Cabinets"),
    ("Medical", "Surgical", "Orthotics", "Diagnostics", "Dental", "Care"),
)
_TRADES_DE = (
    ("Maschinenbau", "Werkzeugbau", "Anlagentechnik", "Antriebe", "Gießerei", "Pumpenbau"),
    ("Elektronik", "Sensorik", "Steuerungen", "Leiterplatten", "Lichttechnik", "Messtechnik"),
    ("Lebensmittel", "Backwaren", "Molkerei", "Getränke", "Feinkost", "Mühle"),
    ("Großhandel", "Industriebedarf", "Handel", "Vertrieb", "Fachhandel", "Handelskontor"),
    ("Logistik", "Spedition", "Transporte", "Fracht", "Kurierdienst", "Lagerhaus"),
    ("Chemie", "Lacke", "Kunststoffe", "Klebstoffe", "Harze", "Farben"),
    ("Möbel", "Innenausbau", "Schreinerei", "Sitzmöbel", "Küchen", "Holzwerk"),
    ("Medizintechnik", "Chirurgie", "Orthopädie", "Labortechnik", "Dentaltechnik", "Pflegebedarf"),
)
TRADES = 6
_FORMS_DE = ("GmbH", "GmbH & Co. KG", "AG", "KG")
_FORMS_EN = ("Ltd", "Limited", "plc", "Group Ltd")
_FORMS_US = ("Inc.", "LLC", "Corp.", "Co.")

COUNTRIES = ("Germany", "Austria", "Switzerland", "United Kingdom", "Ireland", "United States", "Canada")
CITIES = (
    ("Berlin", "Hamburg", "Stuttgart", "Leipzig", "Bielefeld", "Kassel", "Augsburg"),
    ("Wien", "Graz", "Linz", "Salzburg", "Wels", "Dornbirn", "Steyr"),
    ("Zürich", "Basel", "Winterthur", "St. Gallen", "Luzern", "Bern", "Zug"),
    ("Leeds", "Bristol", "Sheffield", "Norwich", "Cardiff", "Glasgow", "Derby"),
    ("Dublin", "Cork", "Galway", "Limerick", "Waterford", "Sligo", "Athlone"),
    ("Columbus", "Milwaukee", "Charlotte", "Tacoma", "Tulsa", "Albany", "Omaha"),
    ("Hamilton", "Winnipeg", "Halifax", "Laval", "Regina", "Surrey", "Guelph"),
)

_FIRST_DE = _words(
    "Anna Lukas Katrin Jonas Sabine Felix Ute Matthias Petra Stefan Julia Tobias Heike Andreas Claudia Florian"
    " Birgit Markus Nina Sebastian Silke Thomas Miriam Oliver Franziska Jens Lena Rainer Carolin Holger Johanna"
    " Dirk Melanie Uwe Vanessa Torsten Ines Christian Doris Erik"
)
_LAST_DE = _words(
    "Keller Brandt Vogel Seidel Lorenz Busch Kuhn Winter Pohl Ziegler Arnold Haas Sommer Beck Horn Engel"
    " Franke Albrecht Dietrich Otto Simon Schubert Jansen Voigt Graf Roth Stein Kraft Ebert Lindner Fiedler"
    " Rieger Mahler Kröger Wieland Thoma Bender Nagel Reuter Sturm"
)
_FIRST_EN = _words(
    "Emily James Charlotte Oliver Grace Daniel Hannah Thomas Olivia Samuel Rebecca George Lucy Henry Megan"
    " Adam Chloe Ryan Sophie Edward Priya Marcus Laura Kevin Naomi Patrick Zoe Brian Fiona Derek Alice Nathan"
    " Carmen Joel Tara Victor Maya Simon Ruth Owen"
)
_LAST_EN = _words(
    "Hughes Carter Barnes Whitfield Palmer Doyle Spencer Marsh Reeves Coleman Harding Lowe Pritchard Donnelly"
    " Ashby Fletcher Kerr Nolan Sutton Walsh Graves Bishop Holloway Mercer Quinn Prescott Tate Vaughn Whitaker"
    " Yates Ellery Crane Dawson Fenwick Garner Hollis Ingram Jarvis Kirby Langley"
)
FIRST_NAMES = (*_FIRST_DE, *_FIRST_EN)
LAST_NAMES = (*_LAST_DE, *_LAST_EN)
NAMES_A_LANGUAGE = 40

DEPARTMENTS = ("Management", "Finance", "Operations", "Logistics", "Purchasing", "IT")
_TITLES_EN = (
    ("Managing Director", "Chief Executive", "General Manager"),
    ("Chief Financial Officer", "Head of Finance", "Accounts Receivable Clerk"),
    ("Chief Operating Officer", "Head of Production", "Shift Supervisor"),
    ("Head of Logistics", "Warehouse Manager", "Dispatcher"),
    ("Head of Purchasing", "Category Buyer", "Purchasing Assistant"),
    ("Head of IT", "Systems Administrator", "ERP Key User"),
)
_TITLES_DE = (
    ("Geschäftsführung", "Vorstand", "Betriebsleitung"),
    ("Kaufmännische Leitung", "Leitung Finanzen", "Debitorenbuchhaltung"),
    ("Leitung Produktion", "Fertigungsleitung", "Schichtleitung"),
    ("Leitung Logistik", "Lagerleitung", "Disposition"),
    ("Leitung Einkauf", "Strategischer Einkauf", "Einkaufsassistenz"),
    ("Leitung IT", "Systemadministration", "ERP Key User"),
)
RANKS = 3

PRODUCTS = ("Nordlicht Plan", "Nordlicht Dispatch", "Nordlicht Ledger", "Nordlicht Portal", "Nordlicht Insight")
PRODUCT_CODES = ("NL-PLAN", "NL-DISP", "NL-LEDG", "NL-PORT", "NL-INSI")

OUR_DOMAIN = "nordlicht-ops.example"
OUR_OTHER_DOMAIN = "help.nordlicht-ops.example"


def ascii_word(word: str) -> str:
    """A word as it is written in a mail address."""
    return word.lower().translate(_UMLAUTS)


def _texts(words: list[str] | tuple[str, ...]) -> pa.Array:
    return pa.array(words, pa.large_string())


STEMS = tuple(start + middle + end for middle in _STEM_MIDDLES for start in _STEM_STARTS for end in _STEM_ENDS)
_ALL_TRADES = tuple(word for trades in (_TRADES_EN, _TRADES_DE) for words in trades for word in words)
STEM_TEXTS = _texts(STEMS)
STEM_DOMAINS = _texts([ascii_word(stem) for stem in STEMS])
TRADE_TEXTS = _texts(_ALL_TRADES)
TRADE_DOMAINS = _texts([ascii_word(word) for word in _ALL_TRADES])
FORM_TEXTS = _texts((*_FORMS_DE, *_FORMS_EN, *_FORMS_US))
FIRST_TEXTS = _texts(FIRST_NAMES)
FIRST_ADDRESSES = _texts([ascii_word(name) for name in FIRST_NAMES])
FIRST_INITIALS = _texts([ascii_word(name)[0] for name in FIRST_NAMES])
LAST_TEXTS = _texts(LAST_NAMES)
LAST_ADDRESSES = _texts([ascii_word(name) for name in LAST_NAMES])
TITLE_TEXTS = _texts([title for titles in (_TITLES_EN, _TITLES_DE) for ranks in titles for title in ranks])
CITY_TEXTS = _texts([city for cities in CITIES for city in cities])
CITIES_A_COUNTRY = 7

# Neighbouring accounts get far-apart names: a step without a common divisor with the names of a block. The first block
# has the plainest stems, so that small companies know customers that are easy to say.
_STEP = 10_007
_BLOCK = 5 * len(_STEM_STARTS) * len(_STEM_ENDS) * TRADES


def company_names(account: Ints) -> tuple[Ints, Ints]:
    """Stem and trade word of each account; no two of the first 324,000 accounts share both."""
    block, within = np.divmod(account, _BLOCK)
    stem, trade = np.divmod((block * _BLOCK + (within * _STEP) % _BLOCK) % (len(STEMS) * TRADES), TRADES)
    return stem, trade


def trade_word(industry: Ints, trade: Ints, german: Ints) -> Ints:
    """The index of a trade word in ``TRADE_TEXTS``."""
    return np.asarray(german * len(INDUSTRIES) * TRADES + industry * TRADES + trade)


def title_index(department: Ints, rank: Ints, german: Ints) -> Ints:
    """The index of a job title in ``TITLE_TEXTS``."""
    return np.asarray(german * len(DEPARTMENTS) * RANKS + department * RANKS + rank)
