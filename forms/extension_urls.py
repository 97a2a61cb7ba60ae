"""The URL of every extension on answers (wire §2.1); ours live under `EXTENSION_BASE`."""

EXTENSION_BASE = "https://escale.example/fhir/StructureDefinition/"
DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CONFIRMED = EXTENSION_BASE + "confirmed"
TYPED_AS = EXTENSION_BASE + "typed-as"
ANSWERED_BY = EXTENSION_BASE + "answered-by"
CARRIED_FROM = EXTENSION_BASE + "carried-from"
