"""Four sellers and half a year of their deals: the plan that they are on, and one that is proposed in its place."""

from pathlib import Path

IN_FORCE = """\
# A quarter at a time: 5 % of all that is sold, and 8 % of all of it once the quota is reached.
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    clause: "3.1"
    table:
      kind: slab
      of: attainment
      tiers: [{up_to: 1, pays: 0.05}, {pays: 0.08}]
  - name: left_early
    kind: clawback
    of: [bookings]
    months: 12
"""
PROPOSED = """\
# 5 % up to the quota and 9 % beyond it, 60,000 a quarter at most; and what customers verifiably gained.
plan: sellers
currency: EUR
valid_from: 2026-07-01
published_on: 2026-06-15
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    cap: 60000
    clause: "3.1"
    table:
      kind: step
      of: attainment
      tiers: [{up_to: 1, pays: 0.05}, {pays: 0.09}]
  - name: value
    kind: value
    clause: "3.2"
  - name: left_early
    kind: clawback
    of: [bookings]
    months: 12
"""
TABLES = {
    "assignments": """\
payee,plan,start
ann,sellers,2026-01-01
ben,sellers,2026-01-01
cem,sellers,2026-01-01
dee,sellers,2026-01-01
""",
    "quotas": """\
payee,credits,period,amount,currency
ann,bookings,2026-Q1,100000,EUR
ann,bookings,2026-Q2,100000,EUR
ben,bookings,2026-Q1,100000,EUR
ben,bookings,2026-Q2,100000,EUR
cem,bookings,2026-Q1,100000,EUR
cem,bookings,2026-Q2,100000,EUR
dee,bookings,2026-Q1,100000,EUR
dee,bookings,2026-Q2,100000,EUR
""",
    "closes": """\
period,closed_on
2026-01,2026-02-05
2026-02,2026-03-05
2026-03,2026-04-05
2026-04,2026-05-05
2026-05,2026-06-05
2026-06,2026-07-05
""",
    "events": """\
natural_key,kind,on,known_on,payee,credits,amount,currency,customer,of
a1,deal,2026-01-20,2026-01-20,ann,bookings,60000,EUR,acme,
a2,deal,2026-03-31,2026-03-31,ann,bookings,41000,EUR,bolt,
a3,deal,2026-05-10,2026-05-10,ann,bookings,150000,EUR,core,
b1,deal,2026-02-11,2026-02-11,ben,bookings,50000,EUR,dune,
b2,deal,2026-03-12,2026-04-20,ben,bookings,48000,EUR,echo,
b3,deal,2026-06-10,2026-06-10,ben,bookings,70000,EUR,fern,
c1,deal,2026-02-02,2026-02-02,cem,bookings,30000,EUR,gale,
c2,deal,2026-05-05,2026-05-05,cem,bookings,40000,EUR,hill,
d1,deal,2026-01-15,2026-01-15,dee,bookings,120000,EUR,iris,
d2,deal,2026-04-15,2026-04-15,dee,bookings,80000,EUR,jade,
left,churn,2026-06-01,2026-06-01,,,,,hill,c2
""",
    "agreements": """\
agreement_id,payee,customer,component,signed_on,ends_on,at_target,committed,band,currency
acme-1,ann,acme,value,2026-01-20,2027-01-20,4000,100000,5000,EUR
iris-1,dee,iris,value,2026-01-15,2027-01-15,4000,100000,5000,EUR
""",
    "value_readings": """\
agreement_id,as_of,estimate,lower,lapses_on,known_on,verified_on
acme-1,2026-03-31,45000,40000,2026-06-30,2026-04-10,2026-04-10
iris-1,2026-03-31,20000,12000,2026-06-30,2026-04-10,2026-04-10
""",
}
VALUE = """\
payee,value
ann,45000
ben,15000
cem,2000
dee,20000
"""


def written(folder: Path) -> Path:
    """All of it as files: a folder with the facts and plan.yaml, and beside it proposed.yaml and value.csv."""
    facts = folder / "sellers"
    facts.mkdir()
    (facts / "plan.yaml").write_text(IN_FORCE, encoding="utf-8")
    for name, text in TABLES.items():
        (facts / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "proposed.yaml").write_text(PROPOSED, encoding="utf-8")
    (folder / "value.csv").write_text(VALUE, encoding="utf-8")
    return facts
