package emulate

import (
	"fmt"
	"strings"
)

var givenNames = strings.Fields(`Ada Adil Agnes Aino Alma Amara Anders Anouk Anton Arjun Astrid Aylin Bahar Bela Benno Birgit
Bruno Cara Carlo Cem Chiara Chloe Clara Dana Dario David Deniz Dora Edda Eero Elif Elin Elsa Emil Enzo Erik Esra Eva Fabio
Fatou Felix Femi Finn Flora Frida Gabor Gala Greta Hakan Hanna Hugo Ida Ilse Imre Ines Ingo Ivo Jana Jari Jonas Jorge Juno
Kaito Karim Katja Kenji Kira Lars Lea Leila Levi Lina Lotte Luca Luis Maja Malik Mara Marek Marta Mateo Meret Mika Milan
Mina Mira Naomi Nara Nils Nina Noor Nora Olga Omar Oskar Otto Paula Pavel Petra Pia Priya Quentin Rafi Ravi Rosa Ruben
Sami Sana Selma Sina Sofia Sven Tara Tarek Thea Tilo Timo Uma Ursel Vera Viggo Wanda Wim Yara Yuki Zoe Zora`)

var familyNames = strings.Fields(`Abel Acker Adler Ahrens Albers Amado Anker Arendt Aster Bach Baran Barth Basso Becker Behr Berg
Blom Bosch Brandt Bruhn Cabral Carlsen Castro Cole Conti Dahl Daum Decker Dietz Dorn Duarte Ebert Eder Ekman Engel Esser
Falk Farkas Feld Fink Foss Franke Fuchs Garcia Geiger Glas Gruber Haas Hagen Halle Hansen Hartl Heller Henke Hofer Holm
Horvat Huber Ibsen Iversen Jahn Jansen Jensen Jost Kaiser Kamp Karlsson Keller Kern Kirsch Klein Knoll Koch Kolb Kraft
Krause Kruger Kuhn Lang Larsen Lehner Lenz Lind Linde Lopes Lorenz Ludwig Lund Maier Marek Marti Mayer Meier Melo Moser
Nagel Naumann Neri Nolte Novak Nunez Olsen Orban Ortiz Osman Otte Pahl Palm Paulsen Peters Pohl Prado Quast Raab Rasch
Rau Reiter Renner Ricci Richter Riedel Rios Roth Ruiz Sachs Salo Sander Schenk Schmid Seidel Silva Simon Sommer Stark
Stein Storm Strand Sturm Sutter Tamm Thoma Toth Ulrich Urban Vidal Vogel Vogt Wagner Walter Weber Wendt Werner Wiese
Winkler Wirth Wolff Yilmaz Zeller Ziegler Zimmer`)

var systemNames = strings.Fields(`ledger payroll billing crm orders stock catalog pricing search portal intranet wiki tickets mailer
archive reports forecast fleet routing tracking shifts badge scada recipe quality lims labels scan docs sign contracts travel
expense learn survey chat meet voice sms push proxy cache session auth gateway edge feed import export etl lake cube metrics
traces alerts build repo registry artifacts licenses assets print plan design render simulate test stage demo partner supplier
claims returns loyalty coupons checkout invoice tax audit risk fraud ratings news media stream image video geo weather`)

// logins makes account names that nobody has yet, in a company's own style.
type logins struct {
	style int
	taken map[string]bool
}

func (l *logins) login(given, family string) string {
	g, f := strings.ToLower(given), strings.ToLower(family)
	var name string
	switch l.style {
	case 0:
		name = g[:1] + f
	case 1:
		name = g + "." + f
	case 2:
		name = f + g[:1]
	default:
		name = f[:min(5, len(f))] + g[:min(2, len(g))]
	}
	for n, base := 2, name; l.taken[name]; n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	l.taken[name] = true
	return name
}
