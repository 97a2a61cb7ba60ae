"""One queue of all that waits for a coordinator, whichever part of the server it comes from."""
