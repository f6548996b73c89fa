"""The people of the demo and their entries. Days count back from today."""

from __future__ import annotations

from typing import NamedTuple


class DemoPerson(NamedTuple):
    name: str
    email: str
    time_zone: str
    role: str


class DemoEntry(NamedTuple):
    author: int
    days_ago: int
    hour: int
    title: str
    body: str


ORGANISATION = "Halden Instruments"

PEOPLE = (
    DemoPerson("Mara Lindqvist", "mara.lindqvist@example.com", "Europe/Berlin", "owner"),
    DemoPerson("Tomás Aguirre", "tomas.aguirre@example.com", "Europe/Madrid", "administrator"),
    DemoPerson("Priya Raman", "priya.raman@example.com", "Asia/Kolkata", "member"),
    DemoPerson("Aiko Tanabe", "aiko.tanabe@example.com", "Asia/Tokyo", "member"),
    DemoPerson("Owen Fairbairn", "owen.fairbairn@example.com", "Australia/Lord_Howe", "viewer"),
)

ENTRIES = (
    DemoEntry(
        0,
        13,
        9,
        "Weekly check of hall 3",
        "All eight meters read within their limits. The display of FM-207 is dim; a spare is on the shelf.",
    ),
    DemoEntry(1, 12, 14, "Noise on line 4 recorded", "A regular knock every 40 seconds, louder under load. Recorded for the supplier."),
    DemoEntry(
        2,
        11,
        10,
        "Temperature sensor T-12 replaced",
        "The old one drifted by 1.8 °C over the summer. Its log is kept with the certificate.",
    ),
    DemoEntry(3, 10, 16, "New filter housings fitted", "Six of eight are in. The last two need another gasket, which comes on Thursday."),
    DemoEntry(
        1,
        9,
        11,
        "Calibration plan for December",
        "Fourteen instruments are due. We start with hall 1, which is shut down in the first week.",
    ),
    DemoEntry(
        0,
        8,
        15,
        "Auditors' visit",
        "They asked for the certificates of the last two years, and saw all of them. Two small remarks, both about labels.",
    ),
    DemoEntry(
        2, 6, 12, "Pump P-3 runs hotter than P-4", "Nine degrees apart at the same load. The bearing was greased; we look again on Monday."
    ),
    DemoEntry(
        3, 5, 9, "Spare valves ordered for hall 3", "Twelve pieces, delivery on 2 December. The old supplier could only promise January."
    ),
    DemoEntry(1, 4, 17, "Labels of hall 2 renewed", "As the auditors asked. Photographs are in the folder of the audit."),
    DemoEntry(0, 3, 10, "Pressure test of the north line", "Held 9 bar for two hours without loss. The protocol is signed."),
    DemoEntry(
        2,
        2,
        13,
        "Pressure drop on line 2, cause found",
        "A check valve stuck half open after the weekend stop. Line 2 is back at 6.2 bar since 11:30.\n\nWe should look at the same valve on lines 1 and 4 this week.",
    ),
    DemoEntry(3, 1, 18, "Night shift hand-over", "Quiet. Line 4 was stopped for twenty minutes for the new sensor."),
    DemoEntry(
        1,
        1,
        9,
        "Flow meter FM-204 recalibrated",
        "Zero drift was 0.4 % after eleven months, inside the limit but higher than last year. Replaced the seal and ran three points.",
    ),
)
