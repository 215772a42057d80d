"""The files of the workspace that imports the example company: settings, and SQL for the billing export."""

from trueup.sources.simulate.scale import Company

_SETTINGS = """\
# The example company. Its customers, people and figures are invented.

[company]
name = "Nordlicht Operations Software GmbH"
currency = "{currency}"
timezone = "{zone}"
fiscal_year_start = 1
week_start = "monday"

[business_hours]
days = ["mon", "tue", "wed", "thu", "fri"]
opens = "09:00"
closes = "17:00"
holidays = "{holidays}"

[targets]
response_time = 4
answered_in_time = 0.7
review_coverage = 0.3
stakeholder_reach = 2.5
full_value_share = 0.6
discount_depth = 0.1
win_rate = 0.7
interactions_per_issue = 2.5
first_contact_resolution = 0.8
net_revenue_retention = 1.05
renewal_rate = 0.9
"""

_CONTRACTS = """\
-- The billing system's contracts under its own headings, as canonical contracts.
SELECT
    contract_no                             AS contract_id,
    crm_account_id                          AS account_id,
    crm_opportunity_id                      AS deal_id,
    product,
    CAST(valid_from AS DATE)                AS starts_on,
    CAST(valid_until AS DATE)               AS ends_on,
    CAST(contract_value AS DECIMAL(18, 2))  AS amount,
    CAST(delivery_cost AS DECIMAL(18, 2))   AS cost_amount,
    currency,
    follows_contract_no                     AS renews_contract_id,
    CAST(terminated_on AS DATE)             AS cancelled_on,
    CAST(defaulted_on AS DATE)              AS defaulted_on,
    CAST(written_off AS DECIMAL(18, 2))     AS loss_amount,
    CAST(CAST(booked_at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP) AS recorded_at
FROM contracts
"""

_INVOICES = """\
-- The billing system's invoices; reports print 15-character CRM ids.
SELECT
    invoice_no                     AS invoice_id,
    crm_account_id                 AS account_id,
    contract_no                    AS contract_id,
    CAST(issued AS DATE)           AS issued_on,
    CAST(payable_by AS DATE)       AS due_on,
    CAST(paid AS DATE)             AS paid_on,
    CAST(total AS DECIMAL(18, 2))  AS amount,
    currency
FROM invoices
"""


def workspace_files(company: Company) -> dict[str, str]:
    """Relative path -> text of every file the example workspace needs beside the exports."""
    settings = _SETTINGS.format(currency=company.currency, zone=company.zone, holidays=company.holidays)
    return {
        "trueup.toml": settings,
        "sources/billing/contracts.sql": _CONTRACTS,
        "sources/billing/invoices.sql": _INVOICES,
    }
