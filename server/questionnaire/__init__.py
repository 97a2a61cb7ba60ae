"""Questions of a published form asked on a page: drawn, read back and checked by the form’s own rules."""
