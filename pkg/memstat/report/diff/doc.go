// Package diff compares two memory reports figure by figure, and decides which of
// them grew.
//
// [Compare] makes a [Comparison] of two [Side] values; [Comparison.Judge] marks
// the figures that are worse by more than a limit. Figures of class [Exact] are the
// same whenever the same guest does the same; the others vary from run to run, so
// they are judged only on request.
package diff
