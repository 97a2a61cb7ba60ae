"""The HTTP surface: each file exports ``route_handlers``; none keeps state of its own."""
