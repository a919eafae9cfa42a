"""Sample service of the mainland side: settles payments and calls Hong Kong back for a share."""
