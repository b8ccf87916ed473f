package footfall

// A Role says what an entity is to the finding that names it.
type Role uint8

const (
	RoleUnknown     Role = iota
	RoleSource           // where it came from
	RoleDestination      // where it happened
	RoleActor            // the account that acts
	RoleTarget           // the account that is acted upon
	RoleSession
	RoleObject // share, service, task, file
	RoleAddress
	roleEnd
)

var roleNames = [roleEnd]string{"", "source", "destination", "actor", "target", "session", "object", "address"}

func (r Role) String() string { return roleNames[min(r, roleEnd-1)] }

// A Rule is what a Sigma rule or an analytic says of itself.
type Rule struct {
	ID          string // Sigma id, or the analytic's name
	Title       string
	Description string
	Level       Level
	Attack      []string // technique ids: T1021.001
	Rows        []string // rows of the detection catalogue: RDP-04
	Author      string
	Reference   string
	Innocent    []string // what harmless activity looks the same
	Source      string   // file that it came from; "" for analytics
}

// An Entity is a thing that a finding is about and an action acts on.
type Entity struct {
	Role Role
	Kind string // host, address, account, session, service, share, task, file
	Name string
}

// A Hop is one step from host to host, as a finding or a case shows it.
type Hop struct {
	Time    int64
	From    string // host, or address when no host is known
	To      string
	Account string
	Service Service
	Outcome Outcome
	Switch  string // the account used before this hop, when it changed here
	Ref     Ref

	ID    uint64  // Step.ID of the logon; 0 where a hop stands for several records
	After uint64  // ID of the hop that it went on from; 0 when the way begins here or that is not known
	Sure  float64 // how probable After is; 1 when a record shows it; 0 when nothing was inferred
	Shown bool    // a record shows After
	Hand  string  // the person whose hand it most likely was; "" when nothing was inferred
	Of    int     // how many hands it can have been; 0 when nothing was inferred
	Else  []Hand  // whose else, the likeliest first
}

// A Hand is another way that a hop can have come about.
type Hand struct {
	Account string // the account that was used where the hop came from
	Person  string // whose hand it would be
	From    string // where that one had come from
	Sure    float64
}

// A Finding is one reason to look. Equal inputs give equal findings, ID and all.
type Finding struct {
	ID       string // hash of rule, key and triggering event
	Rule     *Rule
	Title    string
	Why      string // one sentence with the numbers, for a person to check
	Innocent string // the innocent explanation that was tested, and what spoke against it or for it
	Level    Level
	Attack   []string // techniques that this finding's own records bear out
	Weight   float64  // log-odds that this is abuse; triage adds them up
	First    int64
	Last     int64
	Count    int // events that it rests on
	Entities []Entity
	Path     []Hop
	Evidence []Ref // the first and last of them, at most MaxEvidence
	Sessions []string
	Failed   bool // every event that it rests on is an attempt that got nowhere
}

// MaxEvidence is how many records a finding names; Count says how many there are.
const MaxEvidence = 20

// A Fact is what is known about a thing at a time, with its evidence. It
// answers a question of the playbooks.
type Fact struct {
	Kind     string // which question it answers: source-usual, hour-usual, failures-before, ...
	Finding  string // the finding at whose time it was asked
	Time     int64
	Verdict  Verdict // the fact's answer to its own question
	Text     string  // one sentence with the numbers and the span behind it
	Sure     float64 // how sure Verdict is, 0 to 1, by SureOf or SureFirst; 0 for unknown
	Span     Span    // the history that Verdict rests on; of unknown, what there is of it
	Entities []Entity
	Path     []Hop // hops that the fact is about, as movement-after has them
	Evidence []Ref
}

// An Answer is a playbook question with what the facts say.
type Answer struct {
	ID       string
	Ask      string // the question, word for word
	Tier     string // L1 or T2
	Verdict  Verdict
	Text     string
	Why      string   // why it matters
	Takes    []string // the evidence that an answer takes
	Unknown  string   // what to do when it cannot be answered
	Abuse    bool     // the verdict is the one that speaks for abuse
	Sure     float64  // of the surest fact that speaks for abuse; else of the least sure, since all must agree
	Span     Span     // from the first to the last of its facts' history
	Evidence []Ref
}

// A Ground is one rule of the escalation decision and what became of it.
type Ground struct {
	ID      string
	Because string // the reason in words
	If      string // the rule, as the playbook has it
	State   string // matched, not_matched, unknown
	To      string // whom to escalate to when it matches
	Level   Level  // how urgent it makes the case then
	Text    string // the values that decided, with their numbers
}

// A Decision says whether to escalate, to whom, and each reason's state.
type Decision struct {
	Escalate bool
	To       string
	Urgency  string
	Reasons  []Ground
}

// A Task is a thing to do for a person, or done already by the program.
type Task struct {
	ID    string
	Tier  string
	Text  string
	State string // open, done
	Note  string // what the program gathered
	Send  string // a message to send, word for word; "" for none
	To    string // whom to send it to: an owner's contact; "" when none is declared
	Who   string // who did it or is to do it; "" for nobody yet, "footfall" for the program
	Since int64  // since when it is open, Unix nanoseconds; 0 when that is not known
	Until int64  // when it was done
}

// An Action is one change outside. In a plan it is a proposal.
type Action struct {
	ID         string
	Verb       string // block_address, disable_account, end_sessions, isolate_host, collect, ...
	On         Entity
	For        string // time to live, as Go writes durations; "" for good
	Undo       string // how it is taken back
	Approval   string // who must approve
	Reason     string
	Blast      string // who and what else it touches, from this evidence
	References []string
}

// A Case is findings that belong together.
type Case struct {
	ID        string
	Aliases   []string
	Title     string
	Sentence  string
	Level     Level
	Score     int    // 0 to 100
	ScoreText string // how the score comes about, for a person to recompute
	First     int64
	Last      int64
	Playbooks []string
	Attack    []string
	Findings  []*Finding
	Facts     []*Fact
	Entities  []Entity
	Path      []Hop
	Questions []Answer
	Decision  Decision
	Tasks     []Task
	Plan      []Action
	Against   []string // what speaks against abuse, the strongest first
	Health    []string // what could not be seen: missing sources, gaps, short history
	Bonds     []Bond
	Similar   []Likeness
	Clocks    []Clock // what the playbooks ask for at its level: ID and Within; Work has those that run
	Work      *Work   // nil when it is in no journal
}
