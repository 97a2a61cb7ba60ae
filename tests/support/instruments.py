"""A stop with every instrument, for tests: the campaign's forms, the theme of the month and labels."""

import sqlite3
from pathlib import Path

QUESTIONNAIRE = "https://escale.example/fhir/Questionnaire"
RECORDS = ("bpco-reperage", "icope-step1", "prevention-stand", "teleconsultation")
OTHERS = (
    "teleconsultation-satisfaction-assistant",
    "teleconsultation-satisfaction-physician",
    "satisfaction-patient",
)
SEED = "AAECAwQFBgcICQoLDA0ODw"
LABELS = 24


def give_instruments(data: Path, *, theme: str = "cardiovascular") -> None:
    """Give every campaign all the forms, and every stop a theme and labels; the server is not running."""
    with sqlite3.connect(data / "escale.db") as database:
        campaigns = [campaign for (campaign,) in database.execute("SELECT id FROM campaign")]
        database.executemany(
            "INSERT OR REPLACE INTO campaign_form (campaign_id, url, version, position)"
            " VALUES (?, ?, '1.0.0', ?)",
            [
                (campaign, f"{QUESTIONNAIRE}/{name}", position)
                for campaign in campaigns
                for position, name in enumerate((*RECORDS, *OTHERS), start=1)
            ],
        )
        database.execute("UPDATE stop SET theme = ?, label_seed = ?, label_count = ?", (theme, SEED, LABELS))
