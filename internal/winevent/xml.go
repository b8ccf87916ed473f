package winevent

// Element returns what an element of System, or its attribute, stands for.
func Element(element, attr []byte) Role {
	if attr == nil {
		switch string(element) {
		case "EventID":
			return EventID
		case "Version":
			return Version
		case "Level":
			return Level
		case "Task":
			return Task
		case "Opcode":
			return Opcode
		case "Keywords":
			return Keywords
		case "EventRecordID":
			return RecordID
		case "Channel":
			return Channel
		case "Computer":
			return Computer
		}
		return Skip
	}
	switch string(attr) {
	case "Name":
		return when(element, "Provider", ProviderName)
	case "Guid":
		return when(element, "Provider", ProviderGuid)
	case "SystemTime":
		return when(element, "TimeCreated", SystemTime)
	case "UserID":
		return when(element, "Security", UserID)
	case "ProcessID":
		return when(element, "Execution", ProcessID)
	case "ThreadID":
		return when(element, "Execution", ThreadID)
	case "ActivityID":
		return when(element, "Correlation", ActivityID)
	case "RelatedActivityID":
		return when(element, "Correlation", RelatedActivityID)
	}
	return Skip
}

func when(element []byte, is string, r Role) Role {
	if string(element) == is {
		return r
	}
	return Skip
}
