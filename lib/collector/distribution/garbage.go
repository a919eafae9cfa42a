package main

import _ "harbourline.dev/collector/limitsprocessor/garbage"
