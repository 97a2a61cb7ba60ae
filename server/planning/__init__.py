"""What coordinators plan: stops, appointments, campaigns, teams, members, in the control tables."""
