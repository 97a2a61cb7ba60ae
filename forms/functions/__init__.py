"""The named functions of docs/forms.md: what FHIRPath cannot say, the same here and on the tablet."""
