package pprof

import "encoding/binary"

// Field numbers of profile.proto.
const (
	profileSampleType = 1
	profileSample     = 2
	profileMapping    = 3
	profileLocation   = 4
	profileFunction   = 5
	profileString     = 6
	profileTime       = 9
	profileDuration   = 10
	profilePeriodType = 11
	profilePeriod     = 12
	profileComment    = 13
	profileDefault    = 14

	valueType = 1
	valueUnit = 2

	sampleLocations = 1
	sampleValues    = 2

	messageID = 1 // of a Mapping, a Location and a Function

	mappingLimit        = 3
	mappingFile         = 5
	mappingHasFunctions = 7
	mappingHasFiles     = 8
	mappingHasLines     = 9
	mappingHasInlined   = 10

	locationMapping = 2
	locationAddress = 3
	locationLine    = 4

	lineFunction = 1
	lineNumber   = 2

	functionName       = 2
	functionSystemName = 3
	functionFile       = 4
)

// message is an encoded message of Protocol Buffers.
type message []byte

// The wire types.
const (
	wireVarint = 0
	wireBytes  = 2
)

// numbered begins the message with the number i+1.
func numbered(i int) message {
	var m message
	m.number(messageID, uint64(i)+1)
	return m
}

// number appends a field, unless it is 0, the default.
func (m *message) number(field int, v uint64) {
	if v == 0 {
		return
	}
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireVarint)
	*m = binary.AppendUvarint(*m, v)
}

// bytes appends a string or a message, even an empty one.
func (m *message) bytes(field int, content []byte) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireBytes)
	*m = binary.AppendUvarint(*m, uint64(len(content)))
	*m = append(*m, content...)
}

// packed appends repeated numbers.
func (m *message) packed(field int, values []uint64) {
	var content []byte
	for _, v := range values {
		content = binary.AppendUvarint(content, v)
	}
	m.bytes(field, content)
}
