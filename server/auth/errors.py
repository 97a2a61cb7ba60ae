"""What can go wrong when a coordinator is identified. Texts for people are in the web catalogue, by ``code``.

::

    AuthenticationError
    ├── SessionMissing       no session, or one that expired
    ├── LoginRefused         unknown login or wrong password (never which)
    ├── TooManyTries         a delay is running; ``wait_s`` says how long
    ├── PasswordNotChosen    a one-time password must be replaced first
    ├── FormForeign          the form does not carry this session's token
    └── RoleRefused          somebody we know, whose role does not see this
"""


class AuthenticationError(Exception):
    """A refusal with a stable ``code`` and its HTTP ``status``."""

    code = "authentication"
    status = 401


class SessionMissing(AuthenticationError):
    """No session cookie, or its session is closed, idle for too long, or too old."""

    code = "session-missing"


class LoginRefused(AuthenticationError):
    """Login and password do not go together."""

    code = "login-refused"


class TooManyTries(AuthenticationError):
    """Too many failures for this login or this address: the next try is heard after ``wait_s`` seconds."""

    code = "too-many-tries"
    status = 429

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"next try in {wait_s} s")
        self.wait_s = wait_s


class PasswordNotChosen(AuthenticationError):
    """The coordinator still has the one-time password they were given."""

    code = "password-not-chosen"
    status = 403


class FormForeign(AuthenticationError):
    """A form sent from another site, or from a page opened in an earlier session."""

    code = "form-foreign"
    status = 403


class RoleRefused(AuthenticationError):
    """The coordinator's role does not see this page."""

    code = "role-refused"
    status = 403
