"""urllib: what can be done with URLs without a network is in urllib.parse."""
