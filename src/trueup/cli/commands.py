"""Every command and its line in ``trueup --help``."""

COMMANDS: dict[str, str] = {
    "demo": "Make the example company, import its exports, compute everything, and serve its pages.",
    "init": "Make a new workspace.",
    "import": "Import exports: files, folders, zips.",
    "fetch": "Fetch what is new from a live system, and import it.",
    "build": "Compute every metric and publish the result.",
    "metrics": "Show metrics by account, person, team, segment, ...",
    "explain": "Show how a number came about: definition, SQL, rows.",
    "readiness": "Say which metrics can be computed, and what is missing for the others.",
    "findings": "Show what is wrong or doubtful in the data.",
    "merges": "Show which ids were found to be the same account, contact or person.",
    "grades": "Show customers' grades of a period, what they follow from, and what they are worth.",
    "indicators": "Find which KPIs truly predict an outcome, and say what the data cannot tell.",
    "scores": "Show each customer's chance of an outcome, what it is made of, and what moved.",
    "backtest": "Try a score that you have on what happened later: what it would have been worth.",
    "impact": "Say what was gained beyond what would have happened anyway, and how much of it is certain.",
    "insights": "Show what each lever did for customers, where it did not work, and what might move open goals.",
    "report": "Write the company's alignment board as a page.",
    "serve": "Serve the company's pages, and build when somebody asks or a schedule says so.",
    "user": "Say who may sign in, and let them in by a link.",
    "entries": "Take stakeholders, goals, milestones, readings and stakes in and out as files.",
    "confirmations": "Verify that nobody altered what customers answered, and export it.",
    "pay": "Reckon cases of pay, verify that nobody altered its ledger, and export it.",
    "doctor": "Check the workspace and this machine.",
}

GROUPS: dict[str, tuple[str, ...]] = {
    "grades": ("explain", "honesty", "learn", "pleasing", "sheets", "close", "verify"),
    "impact": ("estimate",),
    "user": ("add", "list", "role", "link", "deactivate"),
    "entries": ("export", "import"),
    "confirmations": ("verify", "export"),
    "pay": ("case", "simulate", "lint", "verify"),
}
"""Commands that have commands of their own."""
