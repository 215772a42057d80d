"""What facts that went worse would have cost by two plans, reckoned beside the pages and kept until the facts change.

The key of what is kept is the digest of all that it follows from; so what was reckoned of other facts is never shown.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trueup.mart.snapshot import Snapshot, current
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.plan_file import PlanFile, our_files
from trueup.pay.simulate_stress import Stressed
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.pay_backtest import Backtest, Side, Wanted, backtested, candidate_of
from trueup.runs.pay_inputs import PayInputs, hash_of, inputs_of
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings

OURS = "ours:"
"""Before the name of a plan that comes with Trueup."""
KEPT = 50
"""How many answers are kept, the newest ones."""
EDITION = 1
"""Of what is kept: another one reckons everything anew."""
_UNREADABLE = "Plans or their tables cannot be read; Pay says what is wrong with them."
_NOTHING_BUILT = "Nothing was computed yet: build first."


@dataclass(frozen=True)
class Worse:
    """What one stress does.

    ``touched``: how many rows, and ``because`` why none. ``old``, ``new``: what it adds to the cost of each plan, by
    currency, exact. ``hit``: who gains or loses most by the proposed plan, how much and in which currency; None where
    nobody does.
    """

    meaning: str
    touched: int
    because: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    hit: tuple[str, str, str] | None


@dataclass(frozen=True)
class Answer:
    """What came out: either the stresses, or why they could not be run."""

    stresses: tuple[Worse, ...] = ()
    because: str = ""


def candidates(folder: Folder) -> Mapping[str, PlanFile]:
    """The plans that can be tried: the workspace's by the names of their files, then ours."""
    files = sorted(folder.plans.glob("*.yaml"))
    found = {file.stem: PlanFile(f"plans/{file.name}", file.read_text("utf-8")) for file in files}
    return found | {f"{OURS}{file.path.removesuffix('.yaml')}": file for file in our_files()}


def question(candidate: str, instead: str) -> str:
    """What a job is about: the candidate by its name among ``candidates``, and the plan in whose place it is tried."""
    return json.dumps({"candidate": candidate, "instead": instead})


def key_of(inputs: PayInputs, snapshot: Snapshot, wanted: Wanted) -> str:
    """All that an answer follows from, as a digest."""
    told = (
        str(EDITION),
        hash_of(inputs.plans, inputs.facts),
        snapshot.manifest.snapshot,
        repr(inputs.rules),
        *(plan.fingerprint for plan in wanted.candidate),
        wanted.instead_of,
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def kept(folder: Folder, key: str) -> Answer | None:
    """The answer that is kept under a key; None where there is none."""
    file = folder.stresses / f"{key}.json"
    if not file.is_file():
        return None
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    found = [Worse(**{**each, "hit": tuple(each["hit"]) if each["hit"] else None}) for each in told["stresses"]]
    return Answer(tuple(found), told["because"])


def stress(folder: Folder, settings: Settings, progress: Progress, *, about: str) -> str:
    """Answer a question and keep the answer; WorkspaceError where nothing was built or there is no such plan.

    What is told here, everybody who is signed in may read; why it cannot be reckoned, which may name people, is kept
    with the answer.
    """
    snapshot = current(folder.mart)
    if snapshot is None:
        raise WorkspaceError(_NOTHING_BUILT)
    asked = json.loads(about)
    files = candidates(folder)
    if asked["candidate"] not in files:
        raise WorkspaceError(f"There is no plan {asked['candidate']} any more.")
    progress.stage("reading what pay is reckoned from")
    try:
        inputs = inputs_of(folder, settings, snapshot)
        wanted = Wanted(candidate_of([files[asked["candidate"]]]), asked["instead"], stress=True)
    except (DeclarationsError, ValueError) as error:
        raise WorkspaceError(_UNREADABLE) from error
    key = key_of(inputs, snapshot, wanted)
    if kept(folder, key) is None:
        progress.stage("paying the past again on facts that went worse")
        _keep(folder.stresses, key, _answered(lambda: backtested(inputs, snapshot, wanted)))
    return "Plans were tried on facts that went worse."


def _answered(run: Callable[[], Backtest]) -> Answer:
    try:
        found = run()
    except (DeclarationsError, ValueError) as error:
        return Answer(because=str(error))
    pairs = zip(found.old.stressed, found.new.stressed, strict=True)
    return Answer(tuple(_worse(old, new, found) for old, new in pairs))


def _worse(old: Stressed, new: Stressed, of: Backtest) -> Worse:
    most = max(new.changes, key=lambda each: (abs(each.difference.amount), each.payee), default=None)
    hit = (most.payee, f"{most.difference.amount:f}", most.difference.currency) if most and most.difference else None
    return Worse(new.meaning, new.touched, new.because, _more(old, of.old), _more(new, of.new), hit)


def _more(stressed: Stressed, side: Side) -> Mapping[str, str]:
    plain = side.simulation.cost()
    return {
        currency: f"{(amount - plain[currency] if currency in plain else amount).amount:f}"
        for currency, amount in stressed.cost.items()
    }


def _keep(folder: Path, key: str, answer: Answer) -> None:
    """Write it whole or not at all; of the oldest let go."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{key}.{os.getpid()}.draft"
    draft.write_text(json.dumps(asdict(answer), ensure_ascii=False), "utf-8")
    draft.replace(folder / f"{key}.json")
    for old in _oldest(list(folder.glob("*.json"))):
        old.unlink(missing_ok=True)


def _oldest(files: Sequence[Path]) -> Sequence[Path]:
    return sorted(files, key=lambda file: file.stat().st_mtime_ns)[:-KEPT]
