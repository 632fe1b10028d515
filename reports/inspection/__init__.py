"""The inspection plan of a day: who is looked at with the slots there are, and with what probability anybody is."""
