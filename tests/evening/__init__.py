"""`make evening`: an evening of 30 phones in Chromium on bad links, and what the installation has stored of it."""
