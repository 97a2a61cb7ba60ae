"""What lies in deploy/, run as it is."""
