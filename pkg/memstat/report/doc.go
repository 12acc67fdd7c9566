// Package report is the memory report: one model, and a renderer for each
// format.
//
// The program that ran a module fills a [Report] with its measurements and owns it.
// [WriteText] and [WriteJSON] render it; [Lookup] finds the renderer of a [Format] by
// name, and [Formats] lists all of them. [Parse] reads the JSON form back, so a saved
// report renders like the original. [NewTarget] adds the cost of the counted objects on
// a device.
//
// Renderers format and never compute. They escape every string that a guest
// may have chosen, so no report drives a terminal or forges a section.
// [Printable] and [Grouped] spell other messages the same way.
//
// The JSON form is a contract, named by [Schema]: later versions add fields
// and never rename one. The text form is for people and may change.
package report
