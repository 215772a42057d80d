"""Makes the example company: its world chunk by chunk, and each system's export of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from trueup.sources.simulate import (
    billing,
    crm,
    helpdesk,
    leads,
    marketing,
    measures,
    pipeline,
    promotions,
    records,
    talk,
    texts,
    touches,
    truth,
)
from trueup.sources.simulate.cases import Cases, happen
from trueup.sources.simulate.clock import DAY, Clock, clock_of
from trueup.sources.simulate.columns import NOTHING, Floats, Ints, stacked
from trueup.sources.simulate.contracts import Contracts, driver_windows, sign
from trueup.sources.simulate.crm_activity import Journal, write_calls, write_mails, write_meetings, write_planned
from trueup.sources.simulate.deals import Deals, changes_of, deal_behind, entered_before, negotiate
from trueup.sources.simulate.scale import Company
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import Staff, hire
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.tickets import Comments, Tickets, exported, open_tickets
from trueup.sources.simulate.world import Contacts, live, people_at, settle

TRUTH = "truth"


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


class _Maker:
    """What all chunks share: clock, staff, running numbers and open files."""

    def __init__(self, company: Company, exports: Sheets, truths: Sheets) -> None:
        self.company = company
        self.exports = exports
        self.truths = truths
        self.clock: Clock = clock_of(company)
        self.serials = Serials()
        rng = self.chance(-1)
        self.staff: Staff = hire(company, self.clock, rng)
        self.factors: Floats = measures.common_factors(company, rng)
        self.campaigns: Ints = marketing.campaign_days(company, self.clock.month_starts)

    def chance(self, chunk: int) -> np.random.Generator:
        """The random numbers of a chunk: the same for the same seed, whatever was made before."""
        return np.random.default_rng([self.company.seed, chunk + 1])

    def write_constants(self) -> None:
        """Everything that does not grow with the accounts."""
        rng = self.chance(-2 + 2**31)
        crm.write_constants(self.exports, self.staff, self.clock)
        helpdesk.write_staff(self.exports, self.staff, self.clock)
        marketing.write_campaigns(self.exports, self.campaigns)
        records.write_people(self.exports, self.staff, self.clock)
        records.write_quotas(self.exports, self.staff, self.clock, self.company, rng)
        records.write_markets(self.exports, self.clock, self.company)
        records.write_rates(self.exports, self.clock, self.company, rng)

    def write_chunk(self, chunk: int, number: Ints) -> None:
        """The accounts of those numbers with everything that happened to them."""
        rng = self.chance(chunk)
        accounts = settle(
            number, company=self.company, clock=self.clock, staff=self.staff, serials=self.serials, rng=rng
        )
        life = live(accounts, company=self.company, rng=rng)
        cases = happen(life, company=self.company, clock=self.clock, rng=rng)
        windows = driver_windows(accounts, life, self.clock)
        contracts = sign(accounts, life, windows, clock=self.clock, rng=rng)
        deals = negotiate(accounts, contracts, clock=self.clock, staff=self.staff, rng=rng)
        accounts = entered_before(accounts, deals, self.clock)
        contacts = people_at(accounts, self.clock, rng)
        left_on = talk.leaving_days(accounts, contracts)
        scene = Scene(accounts, life, left_on, self.clock, self.staff)
        crm.write_accounts(self.exports, scene)
        crm.write_contacts(self.exports, scene, contacts)
        helpdesk.write_customers(self.exports, accounts, contacts, self.clock)
        marketing.write_audience(self.exports, scene, contacts)
        marketing.write_mailings(self.exports, scene, contacts, sent_at=self.campaigns, rng=rng)
        comments = self._write_cases(cases, scene, contacts, rng)
        deal_number = self._write_pipeline(scene, contacts, deals, rng)
        self._write_contact(scene, contacts, contracts, deals, deal_number=deal_number, spent=comments, rng=rng)
        self._write_billing(scene, contracts, deals, deal_number=deal_number, rng=rng)
        self._write_records(scene, contacts, contracts, rng)
        truth.write_accounts(self.truths, scene, windows)
        truth.write_months(self.truths, scene)
        truth.write_people(self.truths, scene, contacts)

    def _write_cases(self, cases: Cases, scene: Scene, contacts: Contacts, rng: np.random.Generator) -> int:
        tickets: Tickets
        comments: Comments
        tickets, comments = open_tickets(exported(cases, scene), scene, staff=self.staff, serials=self.serials, rng=rng)
        helpdesk.write_tickets(self.exports, tickets, comments, scene=scene, contacts=contacts, serials=self.serials)
        issues = self.serials.take("issue", int(cases.issue.max(initial=0)) + 1)
        truth.write_issues(self.truths, tickets, scene, int(issues[0]))
        return len(comments)

    def _write_pipeline(self, scene: Scene, contacts: Contacts, deals: Deals, rng: np.random.Generator) -> Ints:
        number = self.serials.take("deal", len(deals))
        from_lead, wanted = leads.deal_sources(deals, rng)
        spoken = promotions.speak(scene, self.serials.count("promotion"), rng)
        self.serials.take("promotion", len(spoken))
        spoken, referral = promotions.refer(spoken, deals, wanted, scene=scene, rng=rng)
        gathered, source = leads.gather(deals, from_lead, referral, scene=scene, contacts=contacts, rng=rng)
        changes = changes_of(deals, clock=self.clock)
        pipeline.write_deals(
            self.exports, deals, changes, number=number, source=source, scene=scene, serials=self.serials
        )
        pipeline.write_leads(self.exports, gathered, deal_number=number, deals=deals, scene=scene, serials=self.serials)
        promotions.write_promotions(self.exports, spoken, scene, contacts)
        return number

    def _write_contact(
        self,
        scene: Scene,
        contacts: Contacts,
        contracts: Contracts,
        deals: Deals,
        *,
        deal_number: Ints,
        spent: int,
        rng: np.random.Generator,
    ) -> None:
        """Mails, calls and meetings: what remains of the chunk's interactions after tickets and deals."""
        clock = self.clock
        followed = touches.follow_up(deals, scene.life, clock=clock, staff=self.staff, rng=rng)
        in_window = clock.local(followed.at) // DAY >= clock.window_from
        saves = talk.save_calls(scene, contracts, rng)
        met = int((scene.life.joint + scene.life.reviews)[:, -12 * self.company.years :].sum() * 0.7)
        wanted = len(scene.accounts) * self.company.years * self.company.interactions_per_account_year
        left = max(wanted * 0.1, wanted - spent - int(in_window.sum()) - len(saves) - met)
        expected = talk.expected(scene, left)
        first_thread = self.serials.count("thread")
        self.serials.take("thread", len(deals))
        journal = Journal(self.exports, scene, contacts, deal_number, self.serials)
        mails = touches.deal_mails(scene.accounts, deals, followed, clock=clock, first_thread=first_thread, rng=rng)
        write_mails(journal, mails, texts.DEAL_SUBJECTS)
        threads = talk.mails(scene, expected, self.serials.count("thread"), rng)
        self.serials.take("thread", int(threads.thread.max(initial=-1)) + 1 - self.serials.count("thread"))
        write_mails(journal, threads, texts.MAIL_SUBJECTS)
        deal_calls = touches.deal_calls(scene.accounts, deals, followed, clock=clock, rng=rng)
        write_calls(journal, stacked([deal_calls, talk.calls(scene, expected, rng), saves]), rng)
        write_planned(journal, deals)
        deal_meetings = touches.deal_meetings(scene.accounts, deals, followed, clock=clock, rng=rng)
        write_meetings(journal, stacked([deal_meetings, talk.meetings(scene, expected, rng)]), rng)

    def _write_billing(
        self, scene: Scene, contracts: Contracts, deals: Deals, *, deal_number: Ints, rng: np.random.Generator
    ) -> None:
        behind = deal_behind(contracts, deals)
        signed = np.where(behind >= 0, self.clock.local(deals.closed[np.maximum(behind, 0)]) // DAY, 2**40)
        number = self.serials.take("contract", len(contracts))
        deal = np.where(behind >= 0, deal_number[np.maximum(behind, 0)], NOTHING)
        booked = billing.booked_days(contracts, signed, rng)
        written = billing.write_contracts(
            self.exports, contracts, number=number, deal_number=deal, booked=booked, scene=scene, rng=rng
        )
        billing.write_invoices(
            self.exports, contracts, number=number, written=written, scene=scene, serials=self.serials, rng=rng
        )
        truth.write_contracts(self.truths, contracts, scene, number)

    def _write_records(self, scene: Scene, contacts: Contacts, contracts: Contracts, rng: np.random.Generator) -> None:
        answered = records.write_surveys(
            self.exports, scene, contacts, first_number=self.serials.count("survey"), rng=rng
        )
        self.serials.take("survey", answered)
        records.write_usage(self.exports, scene, contracts, company=self.company, rng=rng)
        series, adoptions = measures.observe(scene, self.factors, company=self.company, rng=rng)
        measures.write_measures(self.exports, series, adoptions, scene, rng)
        truth.write_levers(self.truths, series, adoptions, scene, self.clock)


def generate(folder: Path, *, company: Company, progress: Callable[[int, int], None] = _silent) -> dict[str, int]:
    """Write the company's exports below ``folder`` and the truth beside them in ``truth/``; rows per exported file.

    ``progress`` is told accounts done and accounts in all after each chunk. Existing files of the same name are
    replaced; memory is bounded by a chunk of accounts whatever the company's size.
    """
    with Sheets(folder) as exports, Sheets(folder / TRUTH, decimals=6) as truths:
        truth.write_planted(folder / TRUTH, company)
        maker = _Maker(company, exports, truths)
        maker.write_constants()
        for chunk, first in enumerate(range(0, company.accounts, company.chunk)):
            number = np.arange(first, min(first + company.chunk, company.accounts), dtype=np.int64)
            maker.write_chunk(chunk, number)
            progress(int(number[-1]) + 1, company.accounts)
        return exports.rows
