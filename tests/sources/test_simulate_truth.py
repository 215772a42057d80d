"""What is planted can be found again, decoys look true only to the careless, and no product code peeks."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import trueup
from trueup.sources.simulate import Company, generate, planted

Floats = npt.NDArray[np.float64]
COMPANY = Company(
    seed=3,
    accounts=900,
    years=3,
    interactions_per_account_year=40.0,
    mailings_per_year=1,
    measured_share=1.0,
    usage_every_days=30,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("truth")
    generate(path, company=COMPANY)
    return path


def logistic(features: Floats, outcome: Floats) -> Floats:
    design = np.column_stack([np.ones(len(features)), features])
    weights = np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ weights))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        weights += np.linalg.solve(information, design.T @ (outcome - chance))
    return np.asarray(weights[1:])


def decided(folder: Path) -> pl.DataFrame:
    contracts = pl.read_csv(folder / "truth" / "contracts.csv")
    return contracts.filter(~pl.col("is_addon") & pl.col("outcome").is_in(["renewed", "lost"]))


def test_the_planted_drivers_come_back_out_of_the_renewals(folder: Path) -> None:
    contracts = decided(folder)
    kpis = [driver.kpi for driver in planted.DRIVERS]
    found = logistic(
        contracts.select(*kpis, "log_size").to_numpy(), contracts["outcome"].eq("renewed").cast(pl.Float64).to_numpy()
    )
    effects = np.array([*(driver.effect for driver in planted.DRIVERS), planted.SIZE_EFFECT])
    assert np.sign(found).tolist() == np.sign(effects).tolist()
    # Frailty and industry are left out of the fit, which shrinks every effect a little.
    assert found == pytest.approx(effects, rel=0.5)


def test_renewals_come_as_often_as_their_probability_says(folder: Path) -> None:
    contracts = decided(folder)
    likely = contracts.filter(pl.col("renewal_probability") > 0.9)
    doubtful = contracts.filter(pl.col("renewal_probability") < 0.5)
    for group in (likely, doubtful):
        expected = group["renewal_probability"].mean()
        assert group["outcome"].eq("renewed").mean() == pytest.approx(expected, abs=0.07)


def test_one_standard_deviation_is_one(folder: Path) -> None:
    kpis = [driver.kpi for driver in planted.DRIVERS]
    late = decided(folder).filter(pl.col("starts_on") < "2024-06-01")
    spread = late.select(pl.col(kpi).std() for kpi in kpis).row(0)
    assert spread == pytest.approx([1.0] * len(kpis), abs=0.3)


def test_the_latent_response_level_is_what_customers_wait(folder: Path) -> None:
    months = pl.read_csv(folder / "truth" / "account_months.csv").group_by("account_id").agg(pl.mean("response_level"))
    issues = pl.read_csv(folder / "truth" / "ticket_issues.csv")
    metrics = pl.read_csv(folder / "zendesk" / "ticket_metrics.csv").join(issues, on="ticket_id")
    waited = (
        metrics.filter(pl.col("reply_time_in_minutes__calendar") > 0)
        .group_by("account_id")
        .agg(pl.col("reply_time_in_minutes__calendar").log().mean().alias("waited"), pl.len())
        .filter(pl.col("len") >= 8)
        .join(months, on="account_id")
    )
    assert np.corrcoef(waited["waited"], waited["response_level"])[0, 1] > 0.4


def test_activity_grows_with_size_and_cases_do_not_betray_repeats(folder: Path) -> None:
    truth = pl.read_csv(folder / "truth" / "accounts.csv")
    months = pl.read_csv(folder / "truth" / "account_months.csv").group_by("account_id").agg(pl.mean("repeat_level"))
    cases = pl.read_csv(folder / "truth" / "ticket_issues.csv").group_by("account_id").len()
    table = truth.join(cases, on="account_id").join(months, on="account_id")
    count = table["len"].log()
    assert np.corrcoef(count, table["log_size"])[0, 1] > 0.4
    assert abs(np.corrcoef(count, table["repeat_level"])[0, 1]) < 0.15


def improvements(folder: Path, lever: str, measure: str) -> tuple[float, float]:
    """Before and after, three months each, naively; and the true full effect."""
    effects = pl.read_csv(folder / "truth" / "lever_effects.csv", try_parse_dates=True).filter(
        (pl.col("lever") == lever) & (pl.col("measure") == measure)
    )
    series = pl.read_csv(folder / "company" / "kpi_series.csv", try_parse_dates=True).filter(
        pl.col("measure") == measure
    )
    joined = effects.join(series, on="account_id").with_columns(
        months=(pl.col("observed_on") - pl.col("works_from")).dt.total_days() / 30.4
    )
    before = (
        joined.filter(pl.col("months").is_between(-3.1, 0)).group_by("account_id").agg(pl.mean("value").alias("before"))
    )
    after = (
        joined.filter(pl.col("months").is_between(3, 6.1)).group_by("account_id").agg(pl.mean("value").alias("after"))
    )
    pair = before.join(after, on="account_id")
    full, change = effects["full_effect"].mean(), (pair["after"] - pair["before"]).mean()
    assert isinstance(full, float)
    assert isinstance(change, float)
    return change, full


def test_a_useless_lever_shines_before_and_after(folder: Path) -> None:
    change, truth = improvements(folder, "executive_dashboard", "days_sales_outstanding")
    assert truth == 0
    assert change < -0.5


def test_a_useful_lever_shines_too_brightly(folder: Path) -> None:
    change, truth = improvements(folder, "invoice_autopilot", "days_sales_outstanding")
    assert truth == pytest.approx(-4.5, abs=0.4)
    assert change < truth


def test_one_lever_harms(folder: Path) -> None:
    _, truth = improvements(folder, "delivery_planner", "stock_cover")
    assert truth > 1


def test_a_true_issue_belongs_to_one_account_and_one_problem(folder: Path) -> None:
    issues = pl.read_csv(folder / "truth" / "ticket_issues.csv")
    sizes = issues.group_by("issue_id").agg(pl.n_unique("account_id"), pl.n_unique("problem"), pl.len())
    assert sizes["account_id"].max() == 1
    assert sizes["problem"].max() == 1
    assert (sizes["len"] > 1).mean() > 0.1


def test_linked_tickets_are_of_one_issue(folder: Path) -> None:
    tickets = pl.read_csv(folder / "zendesk" / "tickets.csv", infer_schema_length=None)
    issue = pl.read_csv(folder / "truth" / "ticket_issues.csv").select("ticket_id", "issue_id")
    linked = (
        tickets.filter(pl.col("problem_id").is_not_null())
        .join(issue, left_on="id", right_on="ticket_id")
        .join(issue, left_on="problem_id", right_on="ticket_id", suffix="_of_problem")
    )
    assert len(linked) > 50
    assert (linked["issue_id"] == linked["issue_id_of_problem"]).all()


def test_no_product_code_reads_the_truth() -> None:
    source = Path(trueup.__file__).parent
    simulate = source / "sources" / "simulate"
    peeking = re.compile(r"""["'/]truth["'/]|planted\.json|lever_effects\.csv|ticket_issues\.csv""")
    files = [path for path in source.rglob("*.py") if simulate not in path.parents]
    assert not [path for path in files if peeking.search(path.read_text(encoding="utf-8"))]
