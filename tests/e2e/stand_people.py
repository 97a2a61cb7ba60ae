"""The stand's own list: who came to the market, with which label, and what each station did for them.

Everybody is invented. The list is written by hand and knows nothing of how Escale counts; figures must say
the same.
"""

import unicodedata
from dataclasses import dataclass

# label; birth name; given name; birth date; sex; médecin traitant; what the stations measured:
# T systolic/diastolic (tension), G mg/dL fasting (glucose), P kg/cm (weight)
_LABELLED = """
1 Abrial Zénobie 04/02/1951 F avec T128/76 G92
2 Bardol Félicien 17/09/1963 M avec T152/94 P91,5/176
3 Chazal Ombeline 22/03/1979 F sans T118/72
4 Dauvergne Côme 30/11/1947 M avec T136/82 G131
5 Escoffier Lilas 08/06/1988 F avec P58,2/166
6 Fargette Aurèle 12/12/1956 M avec T124/78 P80/174
7 Gardette Solveig 25/05/1970 F avec T131/79
8 Hospital Gatien 03/01/1942 M avec T148/86 G104
9 Inard Capucine 19/07/1995 F sans T112/70
10 Jacquet Evrard 28/02/1968 M avec G118 P99,4/181
11 Kieffer Mahaut 14/10/1959 F avec T138/88
12 Labouré Ferréol 09/04/1973 M avec T126/80
13 Magnin Apolline 21/08/1981 F avec T115/74 P64/168
14 Nallet Théophraste 06/06/1939 M avec T182/104
15 Odin Garance 11/11/1992 F sans G88
16 Perrier Isidore 01/05/1961 M avec T129/81
17 Quaire Ysoline 16/03/1954 F avec T134/84 G97
18 Rimoux Amédée 27/09/1949 M avec T141/82 P77,7/170
19 Sarry Fantine 05/12/1986 F avec
20 Talon Barnabé 13/02/1952 M avec T127/77
21 Usson Clothilde 24/04/1977 F avec T121/75
22 Vial Honoré 18/10/1965 M sans T133/85 P85/179
23 Wattel Bérénice 02/07/1990 F avec T117/73
24 Xavier Anatole 29/01/1958 M avec T139/87 G110
25 Yvernat Delphine 07/08/1972 F avec T119/71
26 Zuber Lazare 15/06/1946 M avec T144/90 P72,3/169
27 Arnal Églantine 20/12/1983 F avec G95
28 Brosse Casimir 10/03/1955 M avec T130/80
29 Corre Philomène 26/09/1967 F sans T125/79 P70/162
30 Dumas Gédéon 31/05/1944 M avec T147/89
31 Épinat Rosemonde 04/11/1976 F avec T120/76
32 Forest Ulysse 23/01/1960 M avec T132/83 G126
33 Gouttebel Sidonie 12/07/1998 F sans T111/68
34 Hérard Octave 08/02/1953 M avec P88,8/177
35 Imbert Victoire 17/10/1969 F avec T128/82
36 Joly Anselme 30/04/1948 M avec T151/88 G99
37 Kaas Joséphine 06/01/1985 F avec T116/70
38 Lathuile Emeric 21/06/1964 M avec T135/86
39 Montet Aglaé 09/09/1957 F avec T137/85 P69,1/160
40 Noailly Prosper 28/11/1971 M sans
41 Ollier Flavie 03/03/1980 F avec T122/78
42 Patural Édouard 19/05/1950 M avec T140/89 G109
43 Rival Hortense 25/12/1974 F avec T118/76
44 Seguin Léopold 14/08/1962 M avec T129/84
45 Tachon Mélisande 07/02/1945 F avec T143/91 P61/158
"""
# sex; age band, as the screen words it: counted without a name
_COUNTED = (
    ("Féminin", "18 à 39"),
    ("Féminin", "40 à 59"),
    ("Féminin", "60 à 74"),
    ("Féminin", "60 à 74"),
    ("Féminin", "75"),
    ("Féminin", "40 à 59"),
    ("Masculin", "40 à 59"),
    ("Masculin", "60 à 74"),
    ("Masculin", "75"),
    ("Masculin", "18 à 39"),
    ("Masculin", "Moins de 18"),
    ("Féminin", "Moins de 18"),
)


@dataclass(frozen=True, slots=True)
class Pressure:
    """A blood pressure in mmHg."""

    systolic: int
    diastolic: int

    @property
    def high(self) -> bool:
        """Whether the form asks for an orientation and a second look: 140/90 or more."""
        return self.systolic >= 140 or self.diastolic >= 90


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person of the stand. ``sex`` F or M; ``gp`` whether they have a médecin traitant.

    ``label``: None for who was counted without a name, and ``band`` is their age band. ``weight``: kg and
    cm as typed; ``glucose``: mg/dL, fasting. ``refused``: no identity given.
    """

    sex: str
    label: int | None = None
    name: str = ""
    given: str = ""
    born: str = ""
    gp: bool | None = None
    pressure: Pressure | None = None
    glucose: int | None = None
    weight: tuple[str, str] | None = None
    refused: bool = False
    band: str = ""

    @property
    def signed_name(self) -> str:
        """The birth name as it is signed: capitals without accents."""
        letters = unicodedata.normalize("NFD", self.name.upper())
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    @property
    def birth_year(self) -> int:
        """What a station asks to check the label."""
        return int(self.born[-4:])

    @property
    def measured(self) -> bool:
        """Whether any station saw them."""
        return not (self.pressure is None and self.glucose is None and self.weight is None)


def _visitor(line: str) -> Visitor:
    label, name, given, born, sex, gp, *measures = line.split()
    found = {each[0]: each[1:] for each in measures}
    systolic, _, diastolic = found.get("T", "").partition("/")
    kilos, _, height = found.get("P", "").partition("/")
    return Visitor(
        sex=sex,
        label=int(label),
        name=name,
        given=given,
        born=born,
        gp=gp == "avec",
        pressure=Pressure(int(systolic), int(diastolic)) if systolic else None,
        glucose=int(found["G"]) if "G" in found else None,
        weight=(kilos, height) if kilos else None,
    )


LABELLED = tuple(map(_visitor, _LABELLED.strip().splitlines()))
REFUSING = Visitor("", label=46, refused=True, pressure=Pressure(126, 78))
"""Did not want to say who they are; a station measured them under their label."""
LOST = Visitor("", label=47, pressure=Pressure(135, 80))
"""Took a label from the sheet, and went straight to a station."""
SECOND = Visitor("F", label=3, name="Zarka", given="Pétronille", born="15/05/1966", gp=True)
"""Was given Ombeline Chazal's label by somebody who helped at the reception."""
COUNTED = tuple(Visitor(sex[0], band=band) for sex, band in _COUNTED)
EVERYBODY = (*LABELLED, REFUSING, LOST, SECOND, *COUNTED)
SWAPPED = (20, 21)
"""Two who picked up each other's label between the reception and the station."""
FROM_CARD = 30
"""Whose pressure was written on their card, and typed at the other station."""


def labelled(number: int) -> Visitor:
    """Return who was given this label by the reception."""
    return LABELLED[number - 1]
