"""What people write: the customers' problems in many wordings, mail subjects, replies and survey comments."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.sources.simulate.columns import Ints


@dataclass(frozen=True)
class Problem:
    """A kind of problem customers have: its area, and how they put it, in English and in German."""

    area: str
    english: tuple[str, str, str]
    german: tuple[str, str, str]


PROBLEMS = (
    Problem(
        "billing",
        (
            "invoice total does not match the order for {}",
            "wrong amounts on invoices from {}",
            "billing shows a different total than the order, {}",
        ),
        (
            "Rechnungsbetrag stimmt nicht mit der Bestellung überein, {}",
            "falsche Summen auf Rechnungen von {}",
            "Rechnung weicht vom Auftrag ab: {}",
        ),
    ),
    Problem(
        "billing",
        (
            "VAT missing on export invoices for {}",
            "no tax line printed on invoices, {}",
            "export invoices from {} lack the VAT line",
        ),
        (
            "Umsatzsteuer fehlt auf Exportrechnungen, {}",
            "keine Steuerzeile auf den Rechnungen von {}",
            "USt-Ausweis fehlt bei {}",
        ),
    ),
    Problem(
        "billing",
        (
            "payment reminders sent twice from {}",
            "customers get the dunning letter two times, {}",
            "duplicate reminders for {}",
        ),
        (
            "Mahnungen werden doppelt verschickt, {}",
            "Kunden erhalten die Mahnung zweimal: {}",
            "doppelte Zahlungserinnerungen bei {}",
        ),
    ),
    Problem(
        "integration",
        (
            "ERP sync stops overnight for {}",
            "nightly synchronisation with our ERP hangs, {}",
            "no ERP transfer since last night at {}",
        ),
        (
            "ERP-Abgleich bricht nachts ab, {}",
            "nächtliche Synchronisierung mit dem ERP hängt: {}",
            "seit gestern Nacht keine ERP-Übertragung bei {}",
        ),
    ),
    Problem(
        "integration",
        (
            "bank file import rejects our statement, {}",
            "cannot import the bank statement of {}",
            "statement upload fails with format error for {}",
        ),
        (
            "Kontoauszug lässt sich nicht einlesen, {}",
            "Import der Bankdatei von {} schlägt fehl",
            "Formatfehler beim Einlesen des Auszugs: {}",
        ),
    ),
    Problem(
        "integration",
        (
            "API returns error 504 when we push orders from {}",
            "timeouts on the order interface, {}",
            "gateway timeout sending orders for {}",
        ),
        (
            "Schnittstelle meldet Fehler 504 bei Aufträgen von {}",
            "Zeitüberschreitung beim Senden der Aufträge, {}",
            "Auftragsschnittstelle antwortet nicht: {}",
        ),
    ),
    Problem(
        "planning",
        (
            "delivery plan ignores public holidays in {}",
            "routes planned on a holiday for {}",
            "holiday calendar is not applied, {}",
        ),
        (
            "Lieferplan berücksichtigt Feiertage nicht, {}",
            "Touren am Feiertag geplant für {}",
            "Feiertagskalender wirkt nicht bei {}",
        ),
    ),
    Problem(
        "planning",
        (
            "capacity of {} shown as zero",
            "planner says there is no capacity left in {}",
            "zero capacity displayed although {} is free",
        ),
        (
            "Kapazität von {} wird mit null angezeigt",
            "Planung zeigt keine freie Kapazität in {}",
            "obwohl {} frei ist, steht die Kapazität auf 0",
        ),
    ),
    Problem(
        "planning",
        (
            "forecast jumps to absurd values for {}",
            "demand forecast of {} is ten times too high",
            "strange spikes in the forecast, {}",
        ),
        (
            "Prognose springt auf unsinnige Werte, {}",
            "Bedarfsprognose für {} zehnfach zu hoch",
            "merkwürdige Ausschläge in der Vorhersage: {}",
        ),
    ),
    Problem(
        "dispatch",
        (
            "drivers do not see their tours in the app, {}",
            "mobile app shows an empty tour list for {}",
            "tour list blank on the handhelds of {}",
        ),
        (
            "Fahrer sehen ihre Touren in der App nicht, {}",
            "leere Tourenliste in der mobilen App: {}",
            "Handgeräte von {} zeigen keine Touren",
        ),
    ),
    Problem(
        "dispatch",
        (
            "delivery notes print without article numbers, {}",
            "article numbers missing on delivery notes of {}",
            "delivery note layout lost the item column, {}",
        ),
        (
            "Lieferscheine drucken ohne Artikelnummern, {}",
            "Artikelnummer fehlt auf Lieferscheinen von {}",
            "Lieferschein ohne Artikelspalte: {}",
        ),
    ),
    Problem(
        "dispatch",
        (
            "label printer of {} stays offline",
            "shipping labels cannot be printed at {}",
            "printer not reachable from dispatch, {}",
        ),
        (
            "Etikettendrucker von {} bleibt offline",
            "Versandetiketten lassen sich nicht drucken, {}",
            "Drucker aus dem Versand nicht erreichbar: {}",
        ),
    ),
    Problem(
        "access",
        (
            "new colleagues of {} cannot log in",
            "login fails for users added last week, {}",
            "invitation link expired for {}",
        ),
        (
            "neue Kollegen von {} können sich nicht anmelden",
            "Anmeldung schlägt für neue Nutzer fehl, {}",
            "Einladungslink abgelaufen: {}",
        ),
    ),
    Problem(
        "access",
        (
            "approval rights lost after the update, {}",
            "supervisors of {} may no longer approve",
            "permission to approve disappeared for {}",
        ),
        (
            "Freigaberechte nach dem Update verschwunden, {}",
            "Leiter von {} dürfen nicht mehr freigeben",
            "Berechtigung zur Freigabe fehlt bei {}",
        ),
    ),
    Problem(
        "reporting",
        (
            "monthly report for {} stays empty",
            "no figures in the month-end report, {}",
            "report of {} opens without data",
        ),
        (
            "Monatsbericht für {} bleibt leer",
            "keine Zahlen im Monatsabschlussbericht, {}",
            "Bericht von {} öffnet ohne Daten",
        ),
    ),
    Problem(
        "reporting",
        (
            "export to Excel cuts off rows, {}",
            "spreadsheet export of {} is incomplete",
            "only the first thousand rows are exported for {}",
        ),
        (
            "Excel-Export schneidet Zeilen ab, {}",
            "Tabellenexport von {} unvollständig",
            "nur die ersten tausend Zeilen werden exportiert: {}",
        ),
    ),
    Problem(
        "portal",
        (
            "suppliers of {} do not receive the order mail",
            "order confirmation mails never reach the supplier, {}",
            "portal sends no notification for {}",
        ),
        (
            "Lieferanten von {} erhalten die Bestellmail nicht",
            "Bestellbestätigung kommt beim Lieferanten nicht an, {}",
            "Portal verschickt keine Benachrichtigung: {}",
        ),
    ),
    Problem(
        "portal",
        (
            "stock levels of {} are a day old",
            "inventory in the portal lags behind, {}",
            "outdated stock displayed for {}",
        ),
        (
            "Lagerbestand von {} ist einen Tag alt",
            "Bestände im Portal hinken hinterher, {}",
            "veralteter Bestand angezeigt: {}",
        ),
    ),
)
_PLACES_EN = (
    "the main warehouse",
    "plant 2",
    "the export office",
    "the spare-parts store",
    "line 4",
    "the northern depot",
)
_PLACES_DE = ("Hauptlager", "Werk 2", "Exportabteilung", "Ersatzteillager", "Linie 4", "Depot Nord")
PLACES = len(_PLACES_EN)
WORDINGS = 3
_OPENERS_EN = (
    "Hello, since this morning we notice: {}.",
    "Dear support team, we have the following problem: {}.",
    "Hi, {} - could you have a look please?",
    "It happened again or still happens: {}.",
)
_OPENERS_DE = (
    "Guten Tag, seit heute früh fällt uns auf: {}.",
    "Liebes Support-Team, wir haben folgendes Problem: {}.",
    "Hallo, {} - könnten Sie bitte nachsehen?",
    "Es ist wieder oder immer noch so: {}.",
)
_CLOSERS_EN = (
    "Several colleagues are waiting for it.",
    "Please call back if you need a screenshot.",
    "It blocks our month-end.",
    "We have already restarted everything.",
)
_CLOSERS_DE = (
    "Mehrere Kollegen warten darauf.",
    "Rufen Sie gern zurück, wenn Sie ein Bildschirmfoto brauchen.",
    "Das hält unseren Monatsabschluss auf.",
    "Neu gestartet haben wir schon alles.",
)
OPENERS = len(_OPENERS_EN)


def _wordings() -> list[str]:
    return [
        wording.format(place)
        for german in (False, True)
        for problem in PROBLEMS
        for place in (_PLACES_DE if german else _PLACES_EN)
        for wording in (problem.german if german else problem.english)
    ]


def _descriptions(wordings: list[str]) -> list[str]:
    half = len(wordings) // 2
    english = [(text, _OPENERS_EN, _CLOSERS_EN) for text in wordings[:half]]
    german = [(text, _OPENERS_DE, _CLOSERS_DE) for text in wordings[half:]]
    return [
        f"{openers[opener].format(text)} {closers[(opener + number) % len(closers)]}"
        for number, (text, openers, closers) in enumerate(english + german)
        for opener in range(OPENERS)
    ]


_WORDINGS = _wordings()
SUBJECT_TEXTS = pa.array([text[0].upper() + text[1:] for text in _WORDINGS], pa.large_string())
DESCRIPTION_TEXTS = pa.array(_descriptions(_WORDINGS), pa.large_string())
AREA_TAGS = pa.array([f"area:{problem.area}" for problem in PROBLEMS], pa.large_string())


def wording(problem: Ints, place: Ints, variant: Ints, german: Ints) -> Ints:
    """The index in ``SUBJECT_TEXTS`` of a problem at a place in one of its wordings."""
    return np.asarray(((german * len(PROBLEMS) + problem) * PLACES + place) * WORDINGS + variant)


REPLIES_EN = (
    "Thank you for your message, I am looking into it and will come back to you today.",
    "We found the cause in a configuration and have corrected it. Could you check on your side?",
    "Could you send us the time at which it happened and one example, please?",
    "I have passed this on to our specialists and will keep you informed.",
    "The correction went live a moment ago. Please reload and try again.",
    "We have repaired the affected records; from tomorrow they will be right by themselves.",
)
REPLIES_DE = (
    "Vielen Dank für Ihre Nachricht, ich sehe es mir an und melde mich heute.",
    "Wir haben die Ursache in einer Einstellung gefunden und behoben. Können Sie es bitte prüfen?",
    "Könnten Sie uns den Zeitpunkt und ein Beispiel nennen?",
    "Ich habe es an unsere Fachleute weitergegeben und halte Sie auf dem Laufenden.",
    "Die Korrektur ist gerade live gegangen. Bitte neu laden und noch einmal versuchen.",
    "Wir haben die betroffenen Datensätze repariert, ab morgen stimmen sie von selbst.",
)
ANSWERS_EN = (
    "It happened at about ten o'clock, example attached.",
    "Thanks, I will check with my colleagues.",
    "Unfortunately it is still the same here.",
    "That looks better, but one entry is still wrong.",
    "Any news on this?",
    "Works now, thank you.",
)
ANSWERS_DE = (
    "Das war gegen zehn Uhr, ein Beispiel hängt an.",
    "Danke, ich prüfe das mit den Kollegen.",
    "Leider ist es bei uns noch genauso.",
    "Sieht besser aus, aber ein Eintrag ist noch falsch.",
    "Gibt es hierzu etwas Neues?",
    "Läuft jetzt, vielen Dank.",
)
AUTOMATIC = "We have received your request and will answer as soon as possible. / Wir haben Ihre Anfrage erhalten."
NOTES = (
    "Checked the log, waiting for second level.",
    "Same pattern as last month, see knowledge base.",
    "Customer called, is in a hurry.",
)
COMMENT_TEXTS = pa.array([*REPLIES_EN, *REPLIES_DE, *ANSWERS_EN, *ANSWERS_DE, AUTOMATIC, *NOTES], pa.large_string())
REPLY_AT, ANSWER_AT, AUTOMATIC_AT, NOTE_AT = 0, 12, 24, 25
VARIETY = 6

MAIL_SUBJECTS = pa.array(
    [
        "Next steps after our call",
        "Rollout plan for the second site",
        "Question about user licences",
        "Agenda for Thursday",
        "Training dates",
        "Feedback from the warehouse team",
        "Your figures for the quarter",
        "Access for our auditor",
        "Moving the go-live by a week",
        "Who looks after the interface?",
        "Minutes and open points",
        "Ideas for the delivery planning",
        "Nächste Schritte nach unserem Gespräch",
        "Einführungsplan für den zweiten Standort",
        "Frage zu den Lizenzen",
        "Tagesordnung für Donnerstag",
        "Schulungstermine",
        "Rückmeldung aus dem Lager",
        "Ihre Zahlen zum Quartal",
        "Zugang für unseren Prüfer",
        "Produktivstart um eine Woche verschieben",
        "Wer betreut die Schnittstelle?",
        "Protokoll und offene Punkte",
        "Ideen zur Lieferplanung",
    ],
    pa.large_string(),
)
DEAL_SUBJECTS = pa.array(
    [
        "Proposal and price list",
        "Following up on our offer",
        "Answers to your questions",
        "Reference customers in your industry",
        "Draft contract",
        "Date for the demonstration",
        "Angebot und Preisliste",
        "Rückfrage zu unserem Angebot",
        "Antworten auf Ihre Fragen",
        "Referenzkunden in Ihrer Branche",
        "Vertragsentwurf",
        "Termin für die Vorführung",
    ],
    pa.large_string(),
)
SUBJECTS_A_LANGUAGE, DEAL_SUBJECTS_A_LANGUAGE = 12, 6
OUT_OF_OFFICE = ("Out of office: ", "Abwesenheit: ")
CALL_SUBJECTS = (
    "Call",
    "Call back",
    "Check-in",
    "Call about open points",
    "Short call before the deadline",
    "Quarter-end call",
)
NEXT_STEPS = (
    "Send revised offer",
    "Demo with operations",
    "Talk to the managing director",
    "Wait for budget round",
    "Contract to legal",
)
SURVEY_COMMENTS = (
    "Quick answers, solid product.",
    "We like working with you.",
    "Good, but the same problem keeps coming back.",
    "Too slow when it matters.",
    "Nothing special.",
    "Our team saves hours every week.",
)
RATING_COMMENTS_GOOD = ("Fast and friendly.", "Solved at once, thank you.", "Competent help.")
RATING_COMMENTS_BAD = ("Took too long.", "Third time for the same problem.", "Had to explain everything again.")
CAMPAIGNS = (
    "Newsletter",
    "Product news",
    "Webinar invitation",
    "Customer stories",
    "Benchmark report",
    "Release notes",
)
