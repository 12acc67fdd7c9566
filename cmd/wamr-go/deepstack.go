//go:build !flatstack

package main

import _ "github.com/wamr-go/wamr-go/cmd/wamr-go/internal/deepstack" // see RATIONALE.md; its test builds without it
