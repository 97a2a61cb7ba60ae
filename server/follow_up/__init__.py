"""What is to be done after visits: the tasks, the changes to one, people without a médecin traitant."""
