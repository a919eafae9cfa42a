"""Sample service of the Hong Kong side: takes payments and has them settled in the mainland."""
