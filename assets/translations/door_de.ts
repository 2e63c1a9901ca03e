<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>1 crop</source>
        <translation>1 Ausschnitt</translation>
    </message>
    <message>
        <source>1 in 1,000</source>
        <translation>1 von 1.000</translation>
    </message>
    <message>
        <source>1 in 10,000</source>
        <translation>1 von 10.000</translation>
    </message>
    <message>
        <source>1 in 100</source>
        <translation>1 von 100</translation>
    </message>
    <message>
        <source>1x1</source>
        <translation>1x1</translation>
    </message>
    <message>
        <source>A face</source>
        <translation>Ein Gesicht</translation>
    </message>
    <message>
        <source>A known face has to turn left and right, in an order nobody knows before, until the door opens. A photo cannot do that; a film of the person may.</source>
        <translation>Ein bekanntes Gesicht muss sich nach links und rechts drehen, in einer vorher unbekannten Reihenfolge, bis die Tür öffnet. Ein Foto kann das nicht, ein Film der Person vielleicht.</translation>
    </message>
    <message>
        <source>A little further</source>
        <translation>Noch ein wenig</translation>
    </message>
    <message>
        <source>A port&apos;s name, an address such as socket://localhost:5000, or virtual. Empty: the first port that belongs to a known board, else the virtual board. Nothing is ever sent to another device.</source>
        <translation>Der Name eines Anschlusses, eine Adresse wie socket://localhost:5000 oder virtual. Leer: der erste Anschluss eines bekannten Boards, sonst das virtuelle Board. An andere Geräte wird nie etwas gesendet.</translation>
    </message>
    <message>
        <source>A score that is less than this below the one asked for is uncertain: it neither lets in nor refuses.</source>
        <translation>Ein Wert, der um weniger als dies unter dem geforderten liegt, ist unsicher: Er lässt weder ein noch weist er ab.</translation>
    </message>
    <message>
        <source>A small picture of the face is kept with each event, of unknown people too. Off: none from now on.</source>
        <translation>Zu jedem Ereignis wird ein kleines Bild des Gesichts aufbewahrt, auch von unbekannten Personen. Aus: Ab jetzt wird keines mehr aufbewahrt.</translation>
    </message>
    <message>
        <source>A webcam&apos;s number, a video file, a folder of photos, a stream&apos;s address, or demo. Empty: the first webcam that gives a picture, else the demo clip.</source>
        <translation>Die Nummer einer Webcam, eine Videodatei, ein Ordner mit Fotos, die Adresse eines Streams oder demo. Leer: die erste Webcam, die ein Bild liefert, sonst der Demo-Clip.</translation>
    </message>
    <message>
        <source>After so many refusals in a row within two minutes no face is let in for a while. The button still opens the door. 0: never.</source>
        <translation>Nach so vielen Abweisungen hintereinander innerhalb von zwei Minuten wird eine Weile kein Gesicht eingelassen. Der Knopf öffnet die Tür weiterhin. 0: nie.</translation>
    </message>
    <message>
        <source>Align</source>
        <translation>Ausrichten</translation>
    </message>
    <message>
        <source>Arena high-water mark</source>
        <translation>Arena, Höchststand</translation>
    </message>
    <message>
        <source>As the camera wants</source>
        <translation>Wie die Kamera will</translation>
    </message>
    <message>
        <source>Ask to turn the head</source>
        <translation>Um eine Kopfdrehung bitten</translation>
    </message>
    <message>
        <source>At least one shot would not have been let in by the others: take it again.</source>
        <translation>Mindestens eine Aufnahme wäre von den anderen nicht eingelassen worden: Nehmen Sie sie neu auf.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Bench</source>
        <translation>Messreihe</translation>
    </message>
    <message>
        <source>Bench of {runs} crops: p50 · p95 · p99 in ms</source>
        <translation>Messreihe mit {runs} Ausschnitten: p50 · p95 · p99 in ms</translation>
    </message>
    <message>
        <source>Blurred</source>
        <translation>Unscharf</translation>
    </message>
    <message>
        <source>Board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>Board running for</source>
        <translation>Board läuft seit</translation>
    </message>
    <message>
        <source>Board {name}</source>
        <translation>Board {name}</translation>
    </message>
    <message>
        <source>Box and name</source>
        <translation>Rahmen und Name</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>By the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Bytes sent, received</source>
        <translation>Bytes gesendet, empfangen</translation>
    </message>
    <message>
        <source>Bytes skipped</source>
        <translation>Bytes übersprungen</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Can</source>
        <translation>Kann</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Capture</source>
        <translation>Bild holen</translation>
    </message>
    <message>
        <source>Capture to decision</source>
        <translation>Vom Bild zur Entscheidung</translation>
    </message>
    <message>
        <source>Checksum errors, frame</source>
        <translation>Prüfsummenfehler, Rahmen</translation>
    </message>
    <message>
        <source>Checksum errors, header</source>
        <translation>Prüfsummenfehler, Kopf</translation>
    </message>
    <message>
        <source>Chip</source>
        <translation>Chip</translation>
    </message>
    <message>
        <source>Choose the camera…</source>
        <translation>Kamera wählen …</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Takt</translation>
    </message>
    <message>
        <source>Close a dialog, leave the door display</source>
        <translation>Dialog schließen, Türanzeige verlassen</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Come closer</source>
        <translation>Näher kommen</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Connecting to the board</source>
        <translation>Verbinde mit dem Board</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Ausschnitt</translation>
    </message>
    <message>
        <source>Crops replaced by a newer one</source>
        <translation>Durch neuere ersetzte Ausschnitte</translation>
    </message>
    <message>
        <source>Cut off by the edge</source>
        <translation>Vom Rand abgeschnitten</translation>
    </message>
    <message>
        <source>Damaged replies</source>
        <translation>Beschädigte Antworten</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Delete the selected person</source>
        <translation>Ausgewählte Person löschen</translation>
    </message>
    <message>
        <source>Demo clip</source>
        <translation>Demo-Clip</translation>
    </message>
    <message>
        <source>Detect</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Door</source>
        <translation>Tür</translation>
    </message>
    <message>
        <source>Door display, or back</source>
        <translation>Türanzeige, oder zurück</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>Zeichnen</translation>
    </message>
    <message>
        <source>Duplicates, retries</source>
        <translation>Doppelte, Wiederholungen</translation>
    </message>
    <message>
        <source>Each shot against the others: {lowest} at worst, {mean} on average; the door asks for {threshold}.</source>
        <translation>Jede Aufnahme gegen die anderen: schlechtestenfalls {lowest}, im Mittel {mean}; die Tür verlangt {threshold}.</translation>
    </message>
    <message>
        <source>Enrol a person…</source>
        <translation>Person registrieren …</translation>
    </message>
    <message>
        <source>Enrol from photos…</source>
        <translation>Aus Fotos registrieren …</translation>
    </message>
    <message>
        <source>Enrol the selected person again…</source>
        <translation>Ausgewählte Person neu registrieren …</translation>
    </message>
    <message>
        <source>Enrolled: {people}. Photos taken: {taken} of {all}.</source>
        <translation>Registriert: {people}. Übernommene Fotos: {taken} von {all}.</translation>
    </message>
    <message>
        <source>Enrolment</source>
        <translation>Registrierung</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Every shot would have been let in by the others, some only just.</source>
        <translation>Jede Aufnahme wäre von den anderen eingelassen worden, manche nur knapp.</translation>
    </message>
    <message>
        <source>Every shot would have been let in by the others.</source>
        <translation>Jede Aufnahme wäre von den anderen eingelassen worden.</translation>
    </message>
    <message>
        <source>Export the gallery…</source>
        <translation>Galerie exportieren …</translation>
    </message>
    <message>
        <source>Faces in the picture</source>
        <translation>Gesichter im Bild</translation>
    </message>
    <message>
        <source>False-accept rate</source>
        <translation>Falschakzeptanzrate</translation>
    </message>
    <message>
        <source>Fill the screen with the door display at the start, for a screen beside the door. F11 or Esc leaves it.</source>
        <translation>Beim Start den Bildschirm mit der Türanzeige füllen, für einen Bildschirm neben der Tür. F11 oder Esc verlässt sie.</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>Abdruck</translation>
    </message>
    <message>
        <source>Fingerprints through the board</source>
        <translation>Abdrücke durch das Board</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>Flash</source>
        <translation>Flashen</translation>
    </message>
    <message>
        <source>Flip averaging</source>
        <translation>Spiegelmittelung</translation>
    </message>
    <message>
        <source>Frames not shown</source>
        <translation>Nicht gezeigte Bilder</translation>
    </message>
    <message>
        <source>Frames received</source>
        <translation>Empfangene Rahmen</translation>
    </message>
    <message>
        <source>Go to the next part of the window</source>
        <translation>Zum nächsten Teil des Fensters</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Gut</translation>
    </message>
    <message>
        <source>Good, hold still</source>
        <translation>Gut, bitte stillhalten</translation>
    </message>
    <message>
        <source>Hints for the first steps</source>
        <translation>Hinweise für die ersten Schritte</translation>
    </message>
    <message>
        <source>Hold still for a moment.</source>
        <translation>Bitte einen Moment stillhalten.</translation>
    </message>
    <message>
        <source>How long faces are locked out; then it ends by itself.</source>
        <translation>Wie lange Gesichter gesperrt sind; danach endet es von selbst.</translation>
    </message>
    <message>
        <source>How long the door stays open. The board counts and locks again by itself, also without this program.</source>
        <translation>Wie lange die Tür offen bleibt. Das Board zählt und verriegelt von selbst wieder, auch ohne dieses Programm.</translation>
    </message>
    <message>
        <source>How many comparisons of an unknown person with one who is enrolled may pass. The score that this asks for was measured with the network. The stricter, the more often people who are enrolled have to try again. Several votes are needed on top of it.</source>
        <translation>Wie viele Vergleiche einer unbekannten Person mit einer registrierten durchgehen dürfen. Der dafür nötige Wert wurde mit dem Netz gemessen. Je strenger, desto öfter müssen registrierte Personen es noch einmal versuchen. Zusätzlich sind mehrere Stimmen nötig.</translation>
    </message>
    <message>
        <source>How much is written over the live picture. The key D steps through.</source>
        <translation>Wie viel über dem Live-Bild steht. Die Taste D schaltet weiter.</translation>
    </message>
    <message>
        <source>Hysteresis</source>
        <translation>Hysterese</translation>
    </message>
    <message>
        <source>Import a gallery…</source>
        <translation>Galerie importieren …</translation>
    </message>
    <message>
        <source>Incomplete frames</source>
        <translation>Unvollständige Rahmen</translation>
    </message>
    <message>
        <source>Keep events for</source>
        <translation>Ereignisse aufbewahren</translation>
    </message>
    <message>
        <source>Keep fingerprints</source>
        <translation>Abdrücke aufbewahren</translation>
    </message>
    <message>
        <source>Keep pictures</source>
        <translation>Bilder aufbewahren</translation>
    </message>
    <message>
        <source>Keyboard shortcuts…</source>
        <translation>Tastenkürzel …</translation>
    </message>
    <message>
        <source>LOCKED</source>
        <translation>VERRIEGELT</translation>
    </message>
    <message>
        <source>LOCKED OUT</source>
        <translation>GESPERRT</translation>
    </message>
    <message>
        <source>Landmarks, quality and all the rest</source>
        <translation>Gesichtspunkte, Bildgüte und alles Übrige</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Last byte to reply</source>
        <translation>Letztes Byte bis Antwort</translation>
    </message>
    <message>
        <source>Last fault</source>
        <translation>Letzter Fehler</translation>
    </message>
    <message>
        <source>Late replies</source>
        <translation>Verspätete Antworten</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Weggelassen</translation>
    </message>
    <message>
        <source>Lift your chin a little</source>
        <translation>Bitte das Kinn etwas heben</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Light or dark; by the system: the window changes when the desktop does.</source>
        <translation>Hell oder dunkel; wie das System: Das Fenster wechselt mit dem Desktop.</translation>
    </message>
    <message>
        <source>Limit: the network on the board may take {limit} ms, counted from its own start</source>
        <translation>Grenze: Das Netz auf dem Board darf {limit} ms brauchen, gezählt ab seinem eigenen Beginn</translation>
    </message>
    <message>
        <source>Lock-out lasts</source>
        <translation>Dauer der Sperre</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>Verriegelt</translation>
    </message>
    <message>
        <source>Locked out</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Look ahead</source>
        <translation>Geradeaus</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>Zur Kamera sehen</translation>
    </message>
    <message>
        <source>Look straight at the camera</source>
        <translation>Bitte gerade in die Kamera sehen</translation>
    </message>
    <message>
        <source>Look straight into the camera again.</source>
        <translation>Bitte wieder gerade in die Kamera sehen.</translation>
    </message>
    <message>
        <source>Look straight into the camera and hold still.</source>
        <translation>Bitte gerade in die Kamera sehen und stillhalten.</translation>
    </message>
    <message>
        <source>Look the shots through, then save</source>
        <translation>Aufnahmen durchsehen, dann speichern</translation>
    </message>
    <message>
        <source>Looks like somebody enrolled: {detail}</source>
        <translation>Ähnelt einer registrierten Person: {detail}</translation>
    </message>
    <message>
        <source>Lower your chin a little</source>
        <translation>Bitte das Kinn etwas senken</translation>
    </message>
    <message>
        <source>Margin asked for</source>
        <translation>Geforderter Abstand</translation>
    </message>
    <message>
        <source>Margin to the second</source>
        <translation>Abstand zum Zweiten</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Menu of the selected line</source>
        <translation>Menü der ausgewählten Zeile</translation>
    </message>
    <message>
        <source>Merge the selected person with another…</source>
        <translation>Ausgewählte Person mit einer anderen zusammenführen …</translation>
    </message>
    <message>
        <source>Mirror the picture</source>
        <translation>Bild spiegeln</translation>
    </message>
    <message>
        <source>Mirror the picture, or not</source>
        <translation>Bild spiegeln, oder nicht</translation>
    </message>
    <message>
        <source>NOT KNOWN</source>
        <translation>UNBEKANNT</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Network over {limit} ms: p99 is {value} ms, {place}</source>
        <translation>Netz über {limit} ms: p99 ist {value} ms, {place}</translation>
    </message>
    <message>
        <source>Network under {limit} ms: p99 is {value} ms, {place}</source>
        <translation>Netz unter {limit} ms: p99 ist {value} ms, {place}</translation>
    </message>
    <message>
        <source>Network: {figures}</source>
        <translation>Netz: {figures}</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>No board</source>
        <translation>Kein Board</translation>
    </message>
    <message>
        <source>No face</source>
        <translation>Kein Gesicht</translation>
    </message>
    <message>
        <source>No face has been sent to the board yet</source>
        <translation>Noch kein Gesicht an das Board gesendet</translation>
    </message>
    <message>
        <source>No name: {detail}</source>
        <translation>Kein Name: {detail}</translation>
    </message>
    <message>
        <source>No new shot in {seconds} s, {taken} taken. Mostly: {why}</source>
        <translation>Seit {seconds} s keine neue Aufnahme, {taken} vorhanden. Meist: {why}</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
    <message>
        <source>Nobody is enrolled: press E and stand in front of the camera</source>
        <translation>Niemand ist registriert: Drücken Sie E und stellen Sie sich vor die Kamera</translation>
    </message>
    <message>
        <source>Nobody was enrolled. {why}</source>
        <translation>Niemand wurde registriert. {why}</translation>
    </message>
    <message>
        <source>Not like the others of this name (score {detail})</source>
        <translation>Anders als die übrigen dieses Namens (Wert {detail})</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>Nicht gemessen</translation>
    </message>
    <message>
        <source>Not recognised</source>
        <translation>Nicht erkannt</translation>
    </message>
    <message>
        <source>Not sure yet</source>
        <translation>Noch nicht sicher</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Now step away and come back: the door opens, and locks again by itself. Who is not enrolled is refused.</source>
        <translation>Gehen Sie jetzt weg und kommen Sie wieder: Die Tür öffnet und verriegelt von selbst wieder. Wer nicht registriert ist, wird abgewiesen.</translation>
    </message>
    <message>
        <source>OPEN</source>
        <translation>OFFEN</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Older events are deleted, with their pictures and fingerprints. 0: keep them until you delete them.</source>
        <translation>Ältere Ereignisse werden gelöscht, mit ihren Bildern und Abdrücken. 0: aufbewahren, bis Sie sie löschen.</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>One of each of five poses, and straight on all the rest. More shots make a person known more surely and take longer. Fewer than five are all taken straight on.</source>
        <translation>Je eine in fünf Haltungen, alle übrigen geradeaus. Mehr Aufnahmen machen eine Person sicherer erkennbar und dauern länger. Weniger als fünf werden alle geradeaus gemacht.</translation>
    </message>
    <message>
        <source>One shot alone cannot be compared: more would make it surer.</source>
        <translation>Eine Aufnahme allein lässt sich nicht vergleichen: Mehr gäben mehr Sicherheit.</translation>
    </message>
    <message>
        <source>Only just</source>
        <translation>Nur knapp</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Open for</source>
        <translation>Offen für</translation>
    </message>
    <message>
        <source>Open or lock the door by hand</source>
        <translation>Tür von Hand öffnen oder verriegeln</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>Protokollordner öffnen</translation>
    </message>
    <message>
        <source>Opening the camera</source>
        <translation>Öffne die Kamera</translation>
    </message>
    <message>
        <source>Out of order</source>
        <translation>Außer Betrieb</translation>
    </message>
    <message>
        <source>Over the picture</source>
        <translation>Über dem Bild</translation>
    </message>
    <message>
        <source>Over the picture: {what} (D)</source>
        <translation>Über dem Bild: {what} (D)</translation>
    </message>
    <message>
        <source>Over-exposed</source>
        <translation>Überbelichtet</translation>
    </message>
    <message>
        <source>Overruns</source>
        <translation>Überläufe</translation>
    </message>
    <message>
        <source>PC and {place}</source>
        <translation>PC und {place}</translation>
    </message>
    <message>
        <source>Parity</source>
        <translation>Gegenprobe</translation>
    </message>
    <message>
        <source>Parity: 0 of {length} numbers differ from the integer reference on this PC</source>
        <translation>Gegenprobe: 0 von {length} Zahlen weichen von der Ganzzahl-Referenz auf diesem PC ab</translation>
    </message>
    <message>
        <source>Parity: {wrong} of {length} numbers differ from the reference on this PC, by up to {most}, first at {at}</source>
        <translation>Gegenprobe: {wrong} von {length} Zahlen weichen von der Referenz auf diesem PC ab, um bis zu {most}, zuerst bei {at}</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Personen</translation>
    </message>
    <message>
        <source>Picture folder</source>
        <translation>Bilderordner</translation>
    </message>
    <message>
        <source>Please ring, or step back and try again.</source>
        <translation>Bitte klingeln, oder zurücktreten und noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Please wait</source>
        <translation>Bitte warten</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Anschluss</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Profile failed</source>
        <translation>Profil fehlgeschlagen</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>QEMU</source>
        <translation>QEMU</translation>
    </message>
    <message>
        <source>QEMU, emulated timing</source>
        <translation>QEMU, emulierte Zeiten</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Receive ring high-water mark</source>
        <translation>Empfangspuffer, Höchststand</translation>
    </message>
    <message>
        <source>Refusals in a row</source>
        <translation>Abweisungen in Folge</translation>
    </message>
    <message>
        <source>Refusals until lock-out</source>
        <translation>Abweisungen bis zur Sperre</translation>
    </message>
    <message>
        <source>Refused requests</source>
        <translation>Abgelehnte Anfragen</translation>
    </message>
    <message>
        <source>Rename the selected person</source>
        <translation>Ausgewählte Person umbenennen</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Resolution</source>
        <translation>Auflösung</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Score and timings too</source>
        <translation>Auch Wert und Zeiten</translation>
    </message>
    <message>
        <source>Searched for faces</source>
        <translation>Nach Gesichtern durchsucht</translation>
    </message>
    <message>
        <source>Self-test</source>
        <translation>Selbsttest</translation>
    </message>
    <message>
        <source>Self-test failed: {wrong} of {length} numbers differ from the golden vector. Flash the firmware again</source>
        <translation>Selbsttest nicht bestanden: {wrong} von {length} Zahlen weichen vom Prüfvektor ab. Flashen Sie die Firmware neu</translation>
    </message>
    <message>
        <source>Self-test passed: all {length} numbers equal the golden vector</source>
        <translation>Selbsttest bestanden: Alle {length} Zahlen gleichen dem Prüfvektor</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen …</translation>
    </message>
    <message>
        <source>Short hints over the window until the first person is enrolled and let in.</source>
        <translation>Kurze Hinweise im Fenster, bis die erste Person registriert und eingelassen ist.</translation>
    </message>
    <message>
        <source>Shots disagree</source>
        <translation>Aufnahmen widersprechen sich</translation>
    </message>
    <message>
        <source>Shots of a person</source>
        <translation>Aufnahmen je Person</translation>
    </message>
    <message>
        <source>Show the board</source>
        <translation>Board zeigen</translation>
    </message>
    <message>
        <source>Show the events</source>
        <translation>Ereignisse zeigen</translation>
    </message>
    <message>
        <source>Show the people</source>
        <translation>Personen zeigen</translation>
    </message>
    <message>
        <source>Show the picture as in a mirror. Only what is shown changes: the network always gets the picture as it is.</source>
        <translation>Das Bild wie in einem Spiegel zeigen. Nur die Anzeige ändert sich: Das Netz bekommt das Bild immer, wie es ist.</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Gezeigt</translation>
    </message>
    <message>
        <source>So many good pictures have to be like nobody before a face is refused.</source>
        <translation>So viele gute Bilder müssen niemandem gleichen, bevor ein Gesicht abgewiesen wird.</translation>
    </message>
    <message>
        <source>So many good pictures have to speak for the same person. A poor picture counts less than a whole vote.</source>
        <translation>So viele gute Bilder müssen für dieselbe Person sprechen. Ein schlechtes Bild zählt weniger als eine ganze Stimme.</translation>
    </message>
    <message>
        <source>Somebody who was let in stays known until the score falls so much below the one asked for.</source>
        <translation>Wer eingelassen wurde, bleibt erkannt, bis der Wert um so viel unter den geforderten fällt.</translation>
    </message>
    <message>
        <source>Stack high-water mark</source>
        <translation>Stapel, Höchststand</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Start as a door display</source>
        <translation>Als Türanzeige starten</translation>
    </message>
    <message>
        <source>Step in front of the camera.</source>
        <translation>Bitte vor die Kamera treten.</translation>
    </message>
    <message>
        <source>Steps over {limit} ms</source>
        <translation>Schritte über {limit} ms</translation>
    </message>
    <message>
        <source>Stopped: nobody was enrolled</source>
        <translation>Angehalten: Niemand wurde registriert</translation>
    </message>
    <message>
        <source>Straight on</source>
        <translation>Geradeaus</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>Stream</translation>
    </message>
    <message>
        <source>Surely</source>
        <translation>Sicher</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Übernommen</translation>
    </message>
    <message>
        <source>That was all. D writes more over the picture, F11 makes a door display of the screen, ? lists every key.</source>
        <translation>Das war alles. D schreibt mehr über das Bild, F11 macht den Bildschirm zur Türanzeige, ? zeigt alle Tasten.</translation>
    </message>
    <message>
        <source>The best person&apos;s score has to be so much above the next one&apos;s. Higher keeps look-alikes apart.</source>
        <translation>Der Wert der besten Person muss um so viel über dem der nächsten liegen. Höher trennt einander ähnliche Personen.</translation>
    </message>
    <message>
        <source>The board refused: {detail}</source>
        <translation>Das Board lehnte ab: {detail}</translation>
    </message>
    <message>
        <source>The camera gives no picture. Please ring.</source>
        <translation>Die Kamera liefert kein Bild. Bitte klingeln.</translation>
    </message>
    <message>
        <source>The door does not answer. Please ring.</source>
        <translation>Die Tür antwortet nicht. Bitte klingeln.</translation>
    </message>
    <message>
        <source>The door is open.</source>
        <translation>Die Tür ist offen.</translation>
    </message>
    <message>
        <source>The face is too small in the picture.</source>
        <translation>Das Gesicht ist zu klein im Bild.</translation>
    </message>
    <message>
        <source>The fingerprint of the face is kept with each event, of unknown people too, so that an event can correct the gallery. It is biometric data. Off: from now on none is kept, and these events correct nothing.</source>
        <translation>Zu jedem Ereignis wird der Abdruck des Gesichts aufbewahrt, auch von unbekannten Personen, damit ein Ereignis die Galerie berichtigen kann. Das sind biometrische Daten. Aus: Ab jetzt wird keiner mehr aufbewahrt, und diese Ereignisse berichtigen nichts.</translation>
    </message>
    <message>
        <source>The language of the window.</source>
        <translation>Die Sprache des Fensters.</translation>
    </message>
    <message>
        <source>The name {detail} is taken</source>
        <translation>Der Name {detail} ist vergeben</translation>
    </message>
    <message>
        <source>The network runs on the face and on its mirror image, and the mean of both counts. That tells people apart better and takes the network twice the time. Automatic: on with a real board and while somebody is enrolled, else off.</source>
        <translation>Das Netz rechnet mit dem Gesicht und mit seinem Spiegelbild, und das Mittel aus beiden zählt. Das unterscheidet Personen besser und kostet das Netz die doppelte Zeit. Automatisch: ein auf einem echten Board und während jemand registriert wird, sonst aus.</translation>
    </message>
    <message>
        <source>The other way</source>
        <translation>Bitte zur anderen Seite</translation>
    </message>
    <message>
        <source>The photos of {name} seem to show several people: {count} groups. Nobody is saved until you choose.</source>
        <translation>Die Fotos von {name} zeigen anscheinend mehrere Personen: {count} Gruppen. Niemand wird gespeichert, bevor Sie wählen.</translation>
    </message>
    <message>
        <source>The same file as {detail}</source>
        <translation>Dieselbe Datei wie {detail}</translation>
    </message>
    <message>
        <source>The turns have to be done within this time. Turning the wrong way or too late counts as a refusal.</source>
        <translation>Die Drehungen müssen in dieser Zeit geschehen. Falsch oder zu spät gedreht gilt als Abweisung.</translation>
    </message>
    <message>
        <source>This does not look like the same person</source>
        <translation>Das sieht nicht nach derselben Person aus</translation>
    </message>
    <message>
        <source>This menu</source>
        <translation>Dieses Menü</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Time to turn</source>
        <translation>Zeit zum Drehen</translation>
    </message>
    <message>
        <source>Timeouts</source>
        <translation>Zeitüberschreitungen</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>Timing in detail…</source>
        <translation>Zeiten im Einzelnen …</translation>
    </message>
    <message>
        <source>To the left</source>
        <translation>Nach links</translation>
    </message>
    <message>
        <source>To the right</source>
        <translation>Nach rechts</translation>
    </message>
    <message>
        <source>Too dark</source>
        <translation>Zu dunkel</translation>
    </message>
    <message>
        <source>Too many tries. Look again when the time is over.</source>
        <translation>Zu viele Versuche. Bitte nach Ablauf der Zeit noch einmal.</translation>
    </message>
    <message>
        <source>Too small</source>
        <translation>Zu klein</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>Nach links drehen</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>Nach rechts drehen</translation>
    </message>
    <message>
        <source>Turn your head slowly to your left</source>
        <translation>Den Kopf langsam nach links drehen</translation>
    </message>
    <message>
        <source>Turn your head slowly to your left.</source>
        <translation>Bitte den Kopf langsam nach links drehen.</translation>
    </message>
    <message>
        <source>Turn your head slowly to your right</source>
        <translation>Den Kopf langsam nach rechts drehen</translation>
    </message>
    <message>
        <source>Turn your head slowly to your right.</source>
        <translation>Bitte den Kopf langsam nach rechts drehen.</translation>
    </message>
    <message>
        <source>Turned too far</source>
        <translation>Zu weit gedreht</translation>
    </message>
    <message>
        <source>Turns asked for</source>
        <translation>Verlangte Drehungen</translation>
    </message>
    <message>
        <source>Two faces</source>
        <translation>Zwei Gesichter</translation>
    </message>
    <message>
        <source>Uncertain band</source>
        <translation>Unsicherer Bereich</translation>
    </message>
    <message>
        <source>Uncertain from</source>
        <translation>Unsicher ab</translation>
    </message>
    <message>
        <source>Undo the last change of the people</source>
        <translation>Letzte Änderung an den Personen rückgängig machen</translation>
    </message>
    <message>
        <source>Undo: add {count} people</source>
        <translation>Rückgängig: {count} Personen hinzufügen</translation>
    </message>
    <message>
        <source>Undo: add {name}</source>
        <translation>Rückgängig: {name} hinzufügen</translation>
    </message>
    <message>
        <source>Undo: delete {name}</source>
        <translation>Rückgängig: {name} löschen</translation>
    </message>
    <message>
        <source>Undo: enrol {name}</source>
        <translation>Rückgängig: {name} registrieren</translation>
    </message>
    <message>
        <source>Undo: enrol {name} again</source>
        <translation>Rückgängig: {name} neu registrieren</translation>
    </message>
    <message>
        <source>Undo: merge {name} with {other}</source>
        <translation>Rückgängig: {name} mit {other} zusammenführen</translation>
    </message>
    <message>
        <source>Undo: more shots of {name}</source>
        <translation>Rückgängig: mehr Aufnahmen von {name}</translation>
    </message>
    <message>
        <source>Undo: rename {name} to {other}</source>
        <translation>Rückgängig: {name} in {other} umbenennen</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Video file</source>
        <translation>Videodatei</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Votes against</source>
        <translation>Stimmen dagegen</translation>
    </message>
    <message>
        <source>Votes for</source>
        <translation>Stimmen dafür</translation>
    </message>
    <message>
        <source>Votes to let in</source>
        <translation>Stimmen zum Einlassen</translation>
    </message>
    <message>
        <source>Votes to refuse</source>
        <translation>Stimmen zum Abweisen</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Warten</translation>
    </message>
    <message>
        <source>Waiting for the board; it goes on by itself once the board is back</source>
        <translation>Warte auf das Board; es geht von selbst weiter, sobald es zurück ist</translation>
    </message>
    <message>
        <source>Was opened for {name} {seconds} s ago.</source>
        <translation>Wurde vor {seconds} s für {name} geöffnet.</translation>
    </message>
    <message>
        <source>Welcome {name}</source>
        <translation>Willkommen {name}</translation>
    </message>
    <message>
        <source>Welcome. Press E while somebody stands in the picture, give a name, and follow the words in the dialog.</source>
        <translation>Willkommen. Drücken Sie E, wenn jemand im Bild steht, geben Sie einen Namen ein und folgen Sie den Worten im Dialog.</translation>
    </message>
    <message>
        <source>What is asked of a webcam. A larger picture finds faces farther away and costs more time. A webcam that cannot do it takes the nearest it can.</source>
        <translation>Was von einer Webcam verlangt wird. Ein größeres Bild findet weiter entfernte Gesichter und kostet mehr Zeit. Eine Webcam, die es nicht kann, nimmt das Nächstliegende.</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Window, longest step</source>
        <translation>Fenster, längster Schritt</translation>
    </message>
    <message>
        <source>Window, longest step of {seconds} s</source>
        <translation>Fenster, längster Schritt in {seconds} s</translation>
    </message>
    <message>
        <source>Write more or less over the picture</source>
        <translation>Mehr oder weniger über das Bild schreiben</translation>
    </message>
    <message>
        <source>a guess: not measured for this network</source>
        <translation>geschätzt: für dieses Netz nicht gemessen</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>eingelassen</translation>
    </message>
    <message>
        <source>accepted a moment ago</source>
        <translation>gerade eben eingelassen</translation>
    </message>
    <message>
        <source>accepted, the door is locked</source>
        <translation>eingelassen, die Tür ist verriegelt</translation>
    </message>
    <message>
        <source>add</source>
        <translation>Addition</translation>
    </message>
    <message>
        <source>against</source>
        <translation>dagegen</translation>
    </message>
    <message>
        <source>an enrolment runs</source>
        <translation>eine Registrierung läuft</translation>
    </message>
    <message>
        <source>an unknown clock</source>
        <translation>unbekanntem Takt</translation>
    </message>
    <message>
        <source>another version than the prebuilt image</source>
        <translation>andere Version als das fertige Abbild</translation>
    </message>
    <message>
        <source>asked to turn</source>
        <translation>soll sich drehen</translation>
    </message>
    <message>
        <source>asking the camera for a picture until it is here</source>
        <translation>von der Anfrage an die Kamera, bis das Bild da ist</translation>
    </message>
    <message>
        <source>assets/demo.mp4 belongs to the program: install it again</source>
        <translation>assets/demo.mp4 gehört zum Programm: Installieren Sie es neu</translation>
    </message>
    <message>
        <source>at most {most} are kept</source>
        <translation>höchstens {most} werden behalten</translation>
    </message>
    <message>
        <source>best {best} is less than {band} below {threshold}: neither in nor out</source>
        <translation>bester Wert {best}, weniger als {band} unter {threshold}: weder ein noch aus</translation>
    </message>
    <message>
        <source>best {best}, needs {threshold}; {against} of {refuse} votes to refuse</source>
        <translation>bester Wert {best}, nötig {threshold}; {against} von {refuse} Stimmen zum Abweisen</translation>
    </message>
    <message>
        <source>board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>box and name</source>
        <translation>Rahmen und Name</translation>
    </message>
    <message>
        <source>bus error on an instruction</source>
        <translation>Busfehler bei einem Befehl</translation>
    </message>
    <message>
        <source>bus error on data</source>
        <translation>Busfehler bei Daten</translation>
    </message>
    <message>
        <source>bus error on entering an exception</source>
        <translation>Busfehler beim Eintritt in eine Ausnahme</translation>
    </message>
    <message>
        <source>bus error on leaving an exception</source>
        <translation>Busfehler beim Verlassen einer Ausnahme</translation>
    </message>
    <message>
        <source>bus error while saving floating point</source>
        <translation>Busfehler beim Sichern der Gleitkommaregister</translation>
    </message>
    <message>
        <source>change of rate</source>
        <translation>Wechsel der Rate</translation>
    </message>
    <message>
        <source>check the address, and that the sender is up</source>
        <translation>prüfen Sie die Adresse, und ob der Sender läuft</translation>
    </message>
    <message>
        <source>checking the image</source>
        <translation>das Abbild wird geprüft</translation>
    </message>
    <message>
        <source>choose a camera, a file, a folder or the demo clip</source>
        <translation>wählen Sie eine Kamera, eine Datei, einen Ordner oder den Demo-Clip</translation>
    </message>
    <message>
        <source>choose a port and connect</source>
        <translation>wählen Sie einen Anschluss und verbinden Sie</translation>
    </message>
    <message>
        <source>choose a video that OpenCV can read, such as MP4 or AVI</source>
        <translation>wählen Sie ein Video, das OpenCV lesen kann, etwa MP4 oder AVI</translation>
    </message>
    <message>
        <source>choose another false-accept rate in the settings</source>
        <translation>wählen Sie in den Einstellungen eine andere Falschakzeptanzrate</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>wählen Sie einen anderen Ordner</translation>
    </message>
    <message>
        <source>choose another name</source>
        <translation>wählen Sie einen anderen Namen</translation>
    </message>
    <message>
        <source>choose another person</source>
        <translation>wählen Sie eine andere Person</translation>
    </message>
    <message>
        <source>come closer</source>
        <translation>bitte näher kommen</translation>
    </message>
    <message>
        <source>commit {commit}</source>
        <translation>Commit {commit}</translation>
    </message>
    <message>
        <source>comparing with everybody enrolled, and deciding</source>
        <translation>mit allen Registrierten vergleichen und entscheiden</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>copying</source>
        <translation>wird kopiert</translation>
    </message>
    <message>
        <source>counts cycles</source>
        <translation>zählt Takte</translation>
    </message>
    <message>
        <source>counts instructions</source>
        <translation>zählt Befehle</translation>
    </message>
    <message>
        <source>current: version, size and network are those of the prebuilt image</source>
        <translation>aktuell: Version, Größe und Netz sind die des fertigen Abbilds</translation>
    </message>
    <message>
        <source>data access violation</source>
        <translation>unerlaubter Datenzugriff</translation>
    </message>
    <message>
        <source>days</source>
        <translation>Tage</translation>
    </message>
    <message>
        <source>depthwise</source>
        <translation>kanalweise</translation>
    </message>
    <message>
        <source>did not turn in time</source>
        <translation>nicht rechtzeitig gedreht</translation>
    </message>
    <message>
        <source>division by zero</source>
        <translation>Division durch null</translation>
    </message>
    <message>
        <source>door</source>
        <translation>Tür</translation>
    </message>
    <message>
        <source>emulated</source>
        <translation>emuliert</translation>
    </message>
    <message>
        <source>end-to-end latency, from capture to decision; with the virtual board its emulated steps count as long as its clock says</source>
        <translation>Gesamtlatenz von der Aufnahme bis zur Entscheidung; beim virtuellen Board zählen dessen emulierte Schritte so lange, wie seine Uhr sagt</translation>
    </message>
    <message>
        <source>enough votes</source>
        <translation>genug Stimmen</translation>
    </message>
    <message>
        <source>enrol again</source>
        <translation>registrieren Sie noch einmal</translation>
    </message>
    <message>
        <source>enrol again first, or delete the person</source>
        <translation>registrieren Sie erst neu, oder löschen Sie die Person</translation>
    </message>
    <message>
        <source>enrolled with another network: enrol again</source>
        <translation>mit einem anderen Netz registriert: bitte neu registrieren</translation>
    </message>
    <message>
        <source>face {number} · {width} × {height} px · quality {quality} · {age} ms old</source>
        <translation>Gesicht {number} · {width} × {height} px · Bildgüte {quality} · {age} ms alt</translation>
    </message>
    <message>
        <source>file {name}</source>
        <translation>Datei {name}</translation>
    </message>
    <message>
        <source>finding the faces and their five landmarks</source>
        <translation>die Gesichter und ihre fünf Gesichtspunkte finden</translation>
    </message>
    <message>
        <source>fingerprints</source>
        <translation>Abdrücke</translation>
    </message>
    <message>
        <source>first layer</source>
        <translation>erste Schicht</translation>
    </message>
    <message>
        <source>first to last byte of the crop at the board; the virtual board counts the time a wire would take</source>
        <translation>erstes bis letztes Byte des Ausschnitts am Board; das virtuelle Board zählt die Zeit, die eine Leitung bräuchte</translation>
    </message>
    <message>
        <source>flip averaging</source>
        <translation>Spiegelmittelung</translation>
    </message>
    <message>
        <source>for</source>
        <translation>dafür</translation>
    </message>
    <message>
        <source>for {name}, locks by itself in {seconds} s</source>
        <translation>für {name}, verriegelt von selbst in {seconds} s</translation>
    </message>
    <message>
        <source>from measured impostors</source>
        <translation>aus gemessenen Paaren verschiedener Personen</translation>
    </message>
    <message>
        <source>from the window</source>
        <translation>aus dem Fenster</translation>
    </message>
    <message>
        <source>go on if it works; if not, start it again, and report it with the log (menu: Open the log folder)</source>
        <translation>arbeiten Sie weiter, wenn es geht; sonst starten Sie neu und melden Sie es mit dem Protokoll (Menü: Protokollordner öffnen)</translation>
    </message>
    <message>
        <source>hold still</source>
        <translation>bitte stillhalten</translation>
    </message>
    <message>
        <source>hold still, or wipe the lens</source>
        <translation>bitte stillhalten, oder die Linse putzen</translation>
    </message>
    <message>
        <source>holds another network than the prebuilt image</source>
        <translation>enthält ein anderes Netz als das fertige Abbild</translation>
    </message>
    <message>
        <source>host program</source>
        <translation>PC-Programm</translation>
    </message>
    <message>
        <source>host program, not a board</source>
        <translation>PC-Programm, kein Board</translation>
    </message>
    <message>
        <source>in all {whole} ms</source>
        <translation>insgesamt {whole} ms</translation>
    </message>
    <message>
        <source>in all {whole} ms, {here} ms on this PC</source>
        <translation>insgesamt {whole} ms, {here} ms auf diesem PC</translation>
    </message>
    <message>
        <source>instruction access violation</source>
        <translation>unerlaubter Befehlszugriff</translation>
    </message>
    <message>
        <source>internal error: {kind}</source>
        <translation>interner Fehler: {kind}</translation>
    </message>
    <message>
        <source>invalid program counter</source>
        <translation>ungültiger Programmzähler</translation>
    </message>
    <message>
        <source>invalid state</source>
        <translation>ungültiger Zustand</translation>
    </message>
    <message>
        <source>it was older than events are kept</source>
        <translation>es war älter, als Ereignisse aufbewahrt werden</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message>
        <source>known; {turned} of {turns} turns of the head done</source>
        <translation>erkannt; {turned} von {turns} Kopfdrehungen gemacht</translation>
    </message>
    <message>
        <source>landmarks, quality and all the rest</source>
        <translation>Gesichtspunkte, Bildgüte und alles Übrige</translation>
    </message>
    <message>
        <source>late bus error on data</source>
        <translation>später Busfehler bei Daten</translation>
    </message>
    <message>
        <source>less light on the face, please</source>
        <translation>bitte weniger Licht auf das Gesicht</translation>
    </message>
    <message>
        <source>locked out</source>
        <translation>gesperrt</translation>
    </message>
    <message>
        <source>locks by itself in {seconds} s</source>
        <translation>verriegelt von selbst in {seconds} s</translation>
    </message>
    <message>
        <source>look at the camera</source>
        <translation>bitte in die Kamera sehen</translation>
    </message>
    <message>
        <source>look straight at the camera</source>
        <translation>bitte gerade in die Kamera sehen</translation>
    </message>
    <message>
        <source>looking</source>
        <translation>wird angesehen</translation>
    </message>
    <message>
        <source>looking for known boards</source>
        <translation>sucht bekannte Boards</translation>
    </message>
    <message>
        <source>lost, trying again by itself</source>
        <translation>verloren, versucht es von selbst wieder</translation>
    </message>
    <message>
        <source>make the file and its folder writable; until then they are forgotten</source>
        <translation>machen Sie Datei und Ordner beschreibbar; bis dahin werden sie vergessen</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittelwert</translation>
    </message>
    <message>
        <source>memory fault on entering an exception</source>
        <translation>Speicherfehler beim Eintritt in eine Ausnahme</translation>
    </message>
    <message>
        <source>memory fault on leaving an exception</source>
        <translation>Speicherfehler beim Verlassen einer Ausnahme</translation>
    </message>
    <message>
        <source>memory fault while saving floating point</source>
        <translation>Speicherfehler beim Sichern der Gleitkommaregister</translation>
    </message>
    <message>
        <source>more light on the face, please</source>
        <translation>bitte mehr Licht auf das Gesicht</translation>
    </message>
    <message>
        <source>move to the middle</source>
        <translation>bitte in die Mitte</translation>
    </message>
    <message>
        <source>near</source>
        <translation>knapp</translation>
    </message>
    <message>
        <source>network {figures}</source>
        <translation>Netz {figures}</translation>
    </message>
    <message>
        <source>network {network} · in all {end_to_end} ms · {place}</source>
        <translation>Netz {network} · insgesamt {end_to_end} ms · {place}</translation>
    </message>
    <message>
        <source>no board is connected</source>
        <translation>es ist kein Board verbunden</translation>
    </message>
    <message>
        <source>no board: nobody is recognised</source>
        <translation>kein Board: niemand wird erkannt</translation>
    </message>
    <message>
        <source>no coprocessor</source>
        <translation>kein Koprozessor</translation>
    </message>
    <message>
        <source>no group was taken</source>
        <translation>keine Gruppe wurde übernommen</translation>
    </message>
    <message>
        <source>no log is written</source>
        <translation>es wird kein Protokoll geschrieben</translation>
    </message>
    <message>
        <source>no vote</source>
        <translation>keine Stimme</translation>
    </message>
    <message>
        <source>nobody enrolled</source>
        <translation>niemand registriert</translation>
    </message>
    <message>
        <source>nobody fits</source>
        <translation>niemand passt</translation>
    </message>
    <message>
        <source>nobody fits: best {best}, needs {threshold}; {against} of {refuse} votes against</source>
        <translation>niemand passt: bester Wert {best}, nötig {threshold}; {against} von {refuse} Stimmen dagegen</translation>
    </message>
    <message>
        <source>nobody is enrolled for this network</source>
        <translation>für dieses Netz ist niemand registriert</translation>
    </message>
    <message>
        <source>nobody to compare with</source>
        <translation>niemand zum Vergleichen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>not seen yet</source>
        <translation>noch nicht gesehen</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>one false accept in {far} was not measured for this network; a score of {score} is used</source>
        <translation>ein falsch Eingelassener von {far} wurde für dieses Netz nicht gemessen; der Wert {score} gilt</translation>
    </message>
    <message>
        <source>one group was taken</source>
        <translation>eine Gruppe wurde übernommen</translation>
    </message>
    <message>
        <source>one person at a time</source>
        <translation>bitte nur eine Person</translation>
    </message>
    <message>
        <source>only {turned} of {turns} turns in {challenge} s</source>
        <translation>nur {turned} von {turns} Drehungen in {challenge} s</translation>
    </message>
    <message>
        <source>open it with a file manager</source>
        <translation>öffnen Sie ihn mit einem Dateimanager</translation>
    </message>
    <message>
        <source>opened by hand</source>
        <translation>von Hand geöffnet</translation>
    </message>
    <message>
        <source>opened from the window</source>
        <translation>aus dem Fenster geöffnet</translation>
    </message>
    <message>
        <source>other</source>
        <translation>Sonstiges</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p50, all</source>
        <translation>p50, alle</translation>
    </message>
    <message>
        <source>p95</source>
        <translation>p95</translation>
    </message>
    <message>
        <source>p95, all</source>
        <translation>p95, alle</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>p99, all</source>
        <translation>p99, alle</translation>
    </message>
    <message>
        <source>painting a frame in this window</source>
        <translation>ein Bild in dieses Fenster zeichnen</translation>
    </message>
    <message>
        <source>picture too bad</source>
        <translation>Bild zu schlecht</translation>
    </message>
    <message>
        <source>pictures {name}</source>
        <translation>Bilder {name}</translation>
    </message>
    <message>
        <source>please report it; the details are in the log</source>
        <translation>bitte melden Sie ihn; Einzelheiten stehen im Protokoll</translation>
    </message>
    <message>
        <source>plug it in, close other programs that use it, or choose another</source>
        <translation>stecken Sie sie an, schließen Sie andere Programme, die sie verwenden, oder wählen Sie eine andere</translation>
    </message>
    <message>
        <source>profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>put JPEG or PNG photos there</source>
        <translation>legen Sie JPEG- oder PNG-Fotos dort ab</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>receives while it computes</source>
        <translation>empfängt, während es rechnet</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgewiesen</translation>
    </message>
    <message>
        <source>reported by the board</source>
        <translation>vom Board gemeldet</translation>
    </message>
    <message>
        <source>run the self-test; if it comes again, flash the firmware</source>
        <translation>starten Sie den Selbsttest; kommt es wieder, flashen Sie die Firmware</translation>
    </message>
    <message>
        <source>runner-up too close</source>
        <translation>Zweiter zu nah</translation>
    </message>
    <message>
        <source>same version as the prebuilt image, but other code</source>
        <translation>gleiche Version wie das fertige Abbild, aber anderer Code</translation>
    </message>
    <message>
        <source>score and timings too</source>
        <translation>auch Wert und Zeiten</translation>
    </message>
    <message>
        <source>score between in and out</source>
        <translation>Wert zwischen ein und aus</translation>
    </message>
    <message>
        <source>score {score}, needs {threshold}</source>
        <translation>Wert {score}, nötig {threshold}</translation>
    </message>
    <message>
        <source>score {score}, needs {threshold}, {margin} ahead of {second}</source>
        <translation>Wert {score}, nötig {threshold}, {margin} vor {second}</translation>
    </message>
    <message>
        <source>see what the terminal said at the start</source>
        <translation>sehen Sie nach, was das Terminal beim Start gemeldet hat</translation>
    </message>
    <message>
        <source>seen {when}</source>
        <translation>gesehen {when}</translation>
    </message>
    <message>
        <source>somebody</source>
        <translation>jemand</translation>
    </message>
    <message>
        <source>somebody is nearer</source>
        <translation>jemand ist näher</translation>
    </message>
    <message>
        <source>somebody is nearer: of several faces the nearest decides</source>
        <translation>jemand ist näher: Von mehreren Gesichtern entscheidet das nächste</translation>
    </message>
    <message>
        <source>step in front of the camera</source>
        <translation>bitte vor die Kamera treten</translation>
    </message>
    <message>
        <source>stream {address}</source>
        <translation>Stream {address}</translation>
    </message>
    <message>
        <source>switch on in the settings that events keep theirs</source>
        <translation>schalten Sie in den Einstellungen ein, dass Ereignisse ihren aufbewahren</translation>
    </message>
    <message>
        <source>the board gave no fingerprint</source>
        <translation>das Board lieferte keinen Abdruck</translation>
    </message>
    <message>
        <source>the board has not reported the door</source>
        <translation>das Board hat die Tür noch nicht gemeldet</translation>
    </message>
    <message>
        <source>the board has restarted after a fault: {fault}</source>
        <translation>das Board ist nach einem Fehler neu gestartet: {fault}</translation>
    </message>
    <message>
        <source>the board runs another network now</source>
        <translation>das Board führt jetzt ein anderes Netz aus</translation>
    </message>
    <message>
        <source>the crop waits for the board: the newest wins</source>
        <translation>der Ausschnitt wartet auf das Board: Der neueste gewinnt</translation>
    </message>
    <message>
        <source>the defaults are used; correct the file, or delete it</source>
        <translation>die Vorgaben gelten; berichtigen oder löschen Sie die Datei</translation>
    </message>
    <message>
        <source>the event says so already</source>
        <translation>das Ereignis sagt das schon</translation>
    </message>
    <message>
        <source>the fingerprint of this event was not kept</source>
        <translation>der Abdruck dieses Ereignisses wurde nicht aufbewahrt</translation>
    </message>
    <message>
        <source>the fingerprint&apos;s way back, at the rate the crop had; measured on this PC with a real board</source>
        <translation>der Rückweg des Abdrucks, mit der Rate des Ausschnitts; bei einem echten Board auf diesem PC gemessen</translation>
    </message>
    <message>
        <source>the folder {name} holds no image that can be read</source>
        <translation>der Ordner {name} enthält kein lesbares Bild</translation>
    </message>
    <message>
        <source>the groups are different people</source>
        <translation>die Gruppen sind verschiedene Personen</translation>
    </message>
    <message>
        <source>the groups are one person</source>
        <translation>die Gruppen sind eine Person</translation>
    </message>
    <message>
        <source>the image {name} cannot be read</source>
        <translation>das Bild {name} lässt sich nicht lesen</translation>
    </message>
    <message>
        <source>the list may be out of date</source>
        <translation>die Liste ist vielleicht veraltet</translation>
    </message>
    <message>
        <source>the name has {count} characters</source>
        <translation>der Name hat {count} Zeichen</translation>
    </message>
    <message>
        <source>the name is empty</source>
        <translation>der Name ist leer</translation>
    </message>
    <message>
        <source>the name {name} holds characters that cannot be shown</source>
        <translation>der Name {name} enthält Zeichen, die nicht dargestellt werden können</translation>
    </message>
    <message>
        <source>the name {name} is taken</source>
        <translation>der Name {name} ist vergeben</translation>
    </message>
    <message>
        <source>the network on the board; it may begin while the crop still comes</source>
        <translation>das Netz auf dem Board; es kann beginnen, während der Ausschnitt noch kommt</translation>
    </message>
    <message>
        <source>the person is not in the gallery</source>
        <translation>die Person ist nicht in der Galerie</translation>
    </message>
    <message>
        <source>the picture is too bad to judge by</source>
        <translation>das Bild ist zu schlecht für ein Urteil</translation>
    </message>
    <message>
        <source>the pictures speak for different people; now {best}</source>
        <translation>die Bilder sprechen für verschiedene Personen; jetzt {best}</translation>
    </message>
    <message>
        <source>the probe writes the flash</source>
        <translation>das Programmiergerät schreibt den Flash</translation>
    </message>
    <message>
        <source>the programmer is at work</source>
        <translation>das Programmiergerät arbeitet</translation>
    </message>
    <message>
        <source>the setting {key} in {file}: {error}</source>
        <translation>die Einstellung {key} in {file}: {error}</translation>
    </message>
    <message>
        <source>the settings cannot be written to {file}</source>
        <translation>die Einstellungen lassen sich nicht in {file} schreiben</translation>
    </message>
    <message>
        <source>the settings in {file} cannot be read</source>
        <translation>die Einstellungen in {file} lassen sich nicht lesen</translation>
    </message>
    <message>
        <source>there is no camera, file or folder “{name}”</source>
        <translation>es gibt keine Kamera, keine Datei und keinen Ordner „{name}“</translation>
    </message>
    <message>
        <source>there is no feature map for this network; comparing without one</source>
        <translation>für dieses Netz gibt es keine Merkmalskarte; verglichen wird ohne</translation>
    </message>
    <message>
        <source>there is no prebuilt image for this board</source>
        <translation>für dieses Board gibt es kein fertiges Abbild</translation>
    </message>
    <message>
        <source>there is no webcam {index} (webcams here: {there})</source>
        <translation>es gibt keine Webcam {index} (Webcams hier: {there})</translation>
    </message>
    <message>
        <source>this event is gone</source>
        <translation>dieses Ereignis gibt es nicht mehr</translation>
    </message>
    <message>
        <source>this is the only fingerprint of {name}</source>
        <translation>das ist der einzige Abdruck von {name}</translation>
    </message>
    <message>
        <source>this link has none</source>
        <translation>diese Leitung hat keine</translation>
    </message>
    <message>
        <source>to your left</source>
        <translation>nach links</translation>
    </message>
    <message>
        <source>to your right</source>
        <translation>nach rechts</translation>
    </message>
    <message>
        <source>too bad to judge</source>
        <translation>nicht beurteilbar</translation>
    </message>
    <message>
        <source>too few votes</source>
        <translation>zu wenige Stimmen</translation>
    </message>
    <message>
        <source>too many refusals</source>
        <translation>zu viele Abweisungen</translation>
    </message>
    <message>
        <source>too many refusals: faces again in {seconds} s, the button opens</source>
        <translation>zu viele Abweisungen: Gesichter wieder in {seconds} s, der Knopf öffnet</translation>
    </message>
    <message>
        <source>trying again by itself</source>
        <translation>versucht es von selbst wieder</translation>
    </message>
    <message>
        <source>turn your head to your left</source>
        <translation>bitte den Kopf nach links drehen</translation>
    </message>
    <message>
        <source>turn your head to your right</source>
        <translation>bitte den Kopf nach rechts drehen</translation>
    </message>
    <message>
        <source>turned the wrong way</source>
        <translation>falsch herum gedreht</translation>
    </message>
    <message>
        <source>turned the wrong way after {turned} of {turns} turns</source>
        <translation>nach {turned} von {turns} Drehungen falsch herum gedreht</translation>
    </message>
    <message>
        <source>turning and scaling the face to the 128x128 crop</source>
        <translation>das Gesicht drehen und auf 128x128 skalieren</translation>
    </message>
    <message>
        <source>type a name</source>
        <translation>geben Sie einen Namen ein</translation>
    </message>
    <message>
        <source>type it again</source>
        <translation>geben Sie ihn neu ein</translation>
    </message>
    <message>
        <source>unaligned access</source>
        <translation>nicht ausgerichteter Zugriff</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>undefined instruction</source>
        <translation>unbekannter Befehl</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>virtual board</source>
        <translation>virtuelles Board</translation>
    </message>
    <message>
        <source>virtual board, emulated timing</source>
        <translation>virtuelles Board, emulierte Zeiten</translation>
    </message>
    <message>
        <source>votes disagree</source>
        <translation>Stimmen uneins</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>waiting for the probe&apos;s word</source>
        <translation>warte auf das Programmiergerät</translation>
    </message>
    <message>
        <source>was opened for {name} {seconds} s ago</source>
        <translation>wurde vor {seconds} s für {name} geöffnet</translation>
    </message>
    <message>
        <source>webcam {index}</source>
        <translation>Webcam {index}</translation>
    </message>
    <message>
        <source>writing the crop to the port, until the port has taken the last byte</source>
        <translation>den Ausschnitt in den Anschluss schreiben, bis er das letzte Byte genommen hat</translation>
    </message>
    <message>
        <source>{action} failed</source>
        <translation>{action} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{action} is running; recognition rests</source>
        <translation>{action} läuft; die Erkennung ruht</translation>
    </message>
    <message>
        <source>{action} stopped</source>
        <translation>{action} angehalten</translation>
    </message>
    <message>
        <source>{action}: done</source>
        <translation>{action}: fertig</translation>
    </message>
    <message>
        <source>{action}: waiting for the crops under way</source>
        <translation>{action}: wartet auf die Ausschnitte unterwegs</translation>
    </message>
    <message>
        <source>{action}: {done} of {of}; recognition rests</source>
        <translation>{action}: {done} von {of}; die Erkennung ruht</translation>
    </message>
    <message>
        <source>{arena} bytes of activations</source>
        <translation>{arena} Bytes für Aktivierungen</translation>
    </message>
    <message>
        <source>{baud} baud</source>
        <translation>{baud} Baud</translation>
    </message>
    <message>
        <source>{best} is only {margin} ahead of {second}, needs {needed_margin}</source>
        <translation>{best} liegt nur {margin} vor {second}, nötig {needed_margin}</translation>
    </message>
    <message>
        <source>{best} reaches {threshold}; {votes} of {needed} votes</source>
        <translation>{best} erreicht {threshold}; {votes} von {needed} Stimmen</translation>
    </message>
    <message>
        <source>{board} {place}, {host} PC</source>
        <translation>{board} {place}, {host} PC</translation>
    </message>
    <message>
        <source>{bytes} bytes, {place}</source>
        <translation>{bytes} Bytes, {place}</translation>
    </message>
    <message>
        <source>{camera} gives no more pictures</source>
        <translation>{camera} liefert keine Bilder mehr</translation>
    </message>
    <message>
        <source>{camera} gives no picture</source>
        <translation>{camera} liefert kein Bild</translation>
    </message>
    <message>
        <source>{count} crops</source>
        <translation>{count} Ausschnitte</translation>
    </message>
    <message>
        <source>{count} cycles at {clock}</source>
        <translation>{count} Takte bei {clock}</translation>
    </message>
    <message>
        <source>{count} instructions</source>
        <translation>{count} Befehle</translation>
    </message>
    <message>
        <source>{count} layers profiled, see Timing</source>
        <translation>Profil von {count} Schichten, siehe Zeiten</translation>
    </message>
    <message>
        <source>{count} layers together {sum} cycles, {sum_ms} ms; the whole network {total} cycles, {total_ms} ms, at {clock}, {place}</source>
        <translation>{count} Schichten zusammen {sum} Takte, {sum_ms} ms; das ganze Netz {total} Takte, {total_ms} ms, bei {clock}, {place}</translation>
    </message>
    <message>
        <source>{count} numbers, scale {scale}, zero at {zero}</source>
        <translation>{count} Zahlen, Skala {scale}, Null bei {zero}</translation>
    </message>
    <message>
        <source>{count} of {turns} turns, {own} by the window&apos;s own work</source>
        <translation>{count} von {turns} Umläufen, {own} durch eigene Arbeit des Fensters</translation>
    </message>
    <message>
        <source>{count} people were added</source>
        <translation>{count} Personen wurden hinzugefügt</translation>
    </message>
    <message>
        <source>{count} times</source>
        <translation>{count}-mal</translation>
    </message>
    <message>
        <source>{cycles} cycles</source>
        <translation>{cycles} Takte</translation>
    </message>
    <message>
        <source>{cycles} cycles a MAC</source>
        <translation>{cycles} Takte je MAC</translation>
    </message>
    <message>
        <source>{day} {month} {time}</source>
        <translation>{day}. {month} {time}</translation>
    </message>
    <message>
        <source>{day} {month} {year}</source>
        <translation>{day}. {month} {year}</translation>
    </message>
    <message>
        <source>{done} of {all}: {file}</source>
        <translation>{done} von {all}: {file}</translation>
    </message>
    <message>
        <source>{failures} refusals in a row: faces are locked out for {lockout} s</source>
        <translation>{failures} Abweisungen in Folge: Gesichter sind für {lockout} s gesperrt</translation>
    </message>
    <message>
        <source>{flash} bytes, of them {network} network</source>
        <translation>{flash} Bytes, davon {network} Netz</translation>
    </message>
    <message>
        <source>{frames} frames</source>
        <translation>{frames} Bilder</translation>
    </message>
    <message>
        <source>{gap} ms, longest work {busy} ms</source>
        <translation>{gap} ms, längste Arbeit {busy} ms</translation>
    </message>
    <message>
        <source>{hours} h ago</source>
        <translation>vor {hours} h</translation>
    </message>
    <message>
        <source>{low}, which is {band} below it</source>
        <translation>{low}, das sind {band} darunter</translation>
    </message>
    <message>
        <source>{minutes} min ago</source>
        <translation>vor {minutes} min</translation>
    </message>
    <message>
        <source>{name} got more shots</source>
        <translation>{name} bekam mehr Aufnahmen</translation>
    </message>
    <message>
        <source>{name} is now a part of {other}</source>
        <translation>{name} gehört jetzt zu {other}</translation>
    </message>
    <message>
        <source>{name} is now {other}</source>
        <translation>{name} heißt jetzt {other}</translation>
    </message>
    <message>
        <source>{name} is saved</source>
        <translation>{name} ist gespeichert</translation>
    </message>
    <message>
        <source>{name} was added</source>
        <translation>{name} wurde hinzugefügt</translation>
    </message>
    <message>
        <source>{name} was deleted</source>
        <translation>{name} wurde gelöscht</translation>
    </message>
    <message>
        <source>{name} was enrolled</source>
        <translation>{name} wurde registriert</translation>
    </message>
    <message>
        <source>{name} was enrolled again</source>
        <translation>{name} wurde neu registriert</translation>
    </message>
    <message>
        <source>{network} of {limit} ms</source>
        <translation>{network} von {limit} ms</translation>
    </message>
    <message>
        <source>{path} cannot be written: {why}</source>
        <translation>{path} lässt sich nicht schreiben: {why}</translation>
    </message>
    <message>
        <source>{percent} % of one core, without the virtual board</source>
        <translation>{percent} % eines Kerns, ohne das virtuelle Board</translation>
    </message>
    <message>
        <source>{person} is being enrolled</source>
        <translation>{person} wird gerade registriert</translation>
    </message>
    <message>
        <source>{person} was accepted a moment ago; now {best}</source>
        <translation>{person} wurde gerade eingelassen; jetzt {best}</translation>
    </message>
    <message>
        <source>{person} was accepted a moment ago; this picture alone would not do</source>
        <translation>{person} wurde gerade eingelassen; dieses Bild allein würde nicht reichen</translation>
    </message>
    <message>
        <source>{person}: {votes} of {needed} votes, now {best}, needs {threshold}</source>
        <translation>{person}: {votes} von {needed} Stimmen, jetzt {best}, nötig {threshold}</translation>
    </message>
    <message>
        <source>{place} and PC</source>
        <translation>{place} und PC</translation>
    </message>
    <message>
        <source>{rate} a second</source>
        <translation>{rate} je Sekunde</translation>
    </message>
    <message>
        <source>{rate} fingerprints a second, PC</source>
        <translation>{rate} Abdrücke je Sekunde, PC</translation>
    </message>
    <message>
        <source>{rate} fingerprints a second, PC; retries {retries}</source>
        <translation>{rate} Abdrücke je Sekunde, PC; Wiederholungen {retries}</translation>
    </message>
    <message>
        <source>{rate} fps</source>
        <translation>{rate} fps</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s ago</source>
        <translation>vor {seconds} s</translation>
    </message>
    <message>
        <source>{size} MB</source>
        <translation>{size} MB</translation>
    </message>
    <message>
        <source>{some} of {of} ({percent} %)</source>
        <translation>{some} von {of} ({percent} %)</translation>
    </message>
    <message>
        <source>{text}, flip averaging</source>
        <translation>{text}, Spiegelmittelung</translation>
    </message>
    <message>
        <source>{threshold}, for one false accept in {far} comparisons ({measured})</source>
        <translation>{threshold}, für einen falsch Eingelassenen in {far} Vergleichen ({measured})</translation>
    </message>
    <message>
        <source>{turns}; {done} done</source>
        <translation>{turns}; {done} gemacht</translation>
    </message>
    <message>
        <source>{usable} of {all} crops usable</source>
        <translation>{usable} von {all} Ausschnitten brauchbar</translation>
    </message>
    <message>
        <source>{value} is used; set it again in the settings</source>
        <translation>{value} gilt; stellen Sie es in den Einstellungen neu ein</translation>
    </message>
    <message>
        <source>{votes} of {needed}</source>
        <translation>{votes} von {needed}</translation>
    </message>
    <message>
        <source>{what} at {address} (CFSR {status})</source>
        <translation>{what} bei {address} (CFSR {status})</translation>
    </message>
    <message>
        <source>{what}; comparing without it</source>
        <translation>{what}; verglichen wird ohne</translation>
    </message>
    <message>
        <source>{width} × {height} pixels of {channels} bytes</source>
        <translation>{width} × {height} Pixel zu {channels} Bytes</translation>
    </message>
</context>
<context>
    <name>BoardChecks</name>
    <message>
        <source> crops</source>
        <translation> Ausschnitte</translation>
    </message>
    <message>
        <source>Bench</source>
        <translation>Messreihe</translation>
    </message>
    <message>
        <source>Crops of the bench</source>
        <translation>Ausschnitte der Messreihe</translation>
    </message>
    <message>
        <source>Parity</source>
        <translation>Gegenprobe</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Run the golden vector that is in the image and compare the fingerprint</source>
        <translation>Den Prüfvektor im Abbild rechnen und den Abdruck vergleichen</translation>
    </message>
    <message>
        <source>Self-test</source>
        <translation>Selbsttest</translation>
    </message>
    <message>
        <source>Send the newest crop and compare the fingerprint with the integer reference on this PC</source>
        <translation>Den neuesten Ausschnitt senden und den Abdruck mit der Ganzzahl-Referenz auf diesem PC vergleichen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop what is running on the board</source>
        <translation>Anhalten, was auf dem Board läuft</translation>
    </message>
    <message>
        <source>Time a number of crops of noise, one by one and then overlapped</source>
        <translation>Die Zeit für eine Anzahl verrauschter Ausschnitte messen, einzeln und dann überlappend</translation>
    </message>
</context>
<context>
    <name>BoardPanel</name>
    <message>
        <source>Board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Cycles</source>
        <translation>Takte</translation>
    </message>
    <message>
        <source>Fingerprints</source>
        <translation>Abdrücke</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>Firmware image</source>
        <translation>Firmware-Abbild</translation>
    </message>
    <message>
        <source>Flash…</source>
        <translation>Flashen …</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Last byte to reply</source>
        <translation>Letztes Byte bis Antwort</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Leitung</translation>
    </message>
    <message>
        <source>Link, both ways</source>
        <translation>Leitung, hin und zurück</translation>
    </message>
    <message>
        <source>Network time</source>
        <translation>Zeit des Netzes</translation>
    </message>
    <message>
        <source>Newest figures</source>
        <translation>Neueste Werte</translation>
    </message>
    <message>
        <source>Put the prebuilt image on a board that is plugged in; asks first</source>
        <translation>Das fertige Abbild auf ein angestecktes Board spielen; fragt vorher</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Restart board</source>
        <translation>Board neu starten</translation>
    </message>
    <message>
        <source>What the board says of itself</source>
        <translation>Was das Board über sich sagt</translation>
    </message>
    <message>
        <source>{rate} a second, PC</source>
        <translation>{rate} je Sekunde, PC</translation>
    </message>
</context>
<context>
    <name>CameraDialog</name>
    <message>
        <source>&amp;Resolution</source>
        <translation>&amp;Auflösung</translation>
    </message>
    <message>
        <source>A folder of photos</source>
        <translation>Ein Ordner mit Fotos</translation>
    </message>
    <message>
        <source>A video or photo</source>
        <translation>Ein Video oder Foto</translation>
    </message>
    <message>
        <source>Address, such as rtsp://camera/1 or http://camera/video</source>
        <translation>Adresse, etwa rtsp://kamera/1 oder http://kamera/video</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Camera {index}</source>
        <translation>Kamera {index}</translation>
    </message>
    <message>
        <source>Cameras and other sources</source>
        <translation>Kameras und andere Quellen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Demo clip</source>
        <translation>Demo-Clip</translation>
    </message>
    <message>
        <source>First camera found, else the demo clip</source>
        <translation>Erste gefundene Kamera, sonst der Demo-Clip</translation>
    </message>
    <message>
        <source>Folder of photos…</source>
        <translation>Ordner mit Fotos …</translation>
    </message>
    <message>
        <source>Mirror the picture</source>
        <translation>Bild spiegeln</translation>
    </message>
    <message>
        <source>Resolution</source>
        <translation>Auflösung</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>Stream</translation>
    </message>
    <message>
        <source>Stream…</source>
        <translation>Stream …</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Video file…</source>
        <translation>Videodatei …</translation>
    </message>
    <message>
        <source>Videos and photos ({endings})</source>
        <translation>Videos und Fotos ({endings})</translation>
    </message>
</context>
<context>
    <name>CropView</name>
    <message>
        <source>Crop sent to the board</source>
        <translation>An das Board gesendeter Ausschnitt</translation>
    </message>
</context>
<context>
    <name>DecisionCard</name>
    <message>
        <source>A face in front of the camera is cut out, turned upright and sent as 128x128 pixels.</source>
        <translation>Ein Gesicht vor der Kamera wird ausgeschnitten, aufrecht gedreht und mit 128x128 Pixeln gesendet.</translation>
    </message>
    <message>
        <source>Newest recognition</source>
        <translation>Neueste Erkennung</translation>
    </message>
    <message>
        <source>No board</source>
        <translation>Kein Board</translation>
    </message>
    <message>
        <source>Nobody there</source>
        <translation>Niemand da</translation>
    </message>
    <message>
        <source>Nobody yet</source>
        <translation>Noch niemand</translation>
    </message>
    <message>
        <source>Of several faces the nearest decides.</source>
        <translation>Von mehreren Gesichtern entscheidet das nächste.</translation>
    </message>
    <message>
        <source>What the board saw</source>
        <translation>Was das Board sah</translation>
    </message>
    <message>
        <source>no board: nobody is recognised</source>
        <translation>kein Board: niemand wird erkannt</translation>
    </message>
</context>
<context>
    <name>DoorCard</name>
    <message>
        <source>Door</source>
        <translation>Tür</translation>
    </message>
    <message>
        <source>Lock now</source>
        <translation>Jetzt verriegeln</translation>
    </message>
    <message>
        <source>Open now</source>
        <translation>Jetzt öffnen</translation>
    </message>
</context>
<context>
    <name>EnrolDialog</name>
    <message>
        <source>&amp;Skip this pose</source>
        <translation>Diese Haltung über&amp;springen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Do without this pose; it can be taken at the end</source>
        <translation>Ohne diese Haltung weiter; sie kann am Ende nachgeholt werden</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Enrol a person</source>
        <translation>Person registrieren</translation>
    </message>
    <message>
        <source>Enrol again</source>
        <translation>Neu registrieren</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name of the person</source>
        <translation>Name der Person</translation>
    </message>
    <message>
        <source>Press Start. The new shots take the place of {name}&apos;s old ones once they are saved.</source>
        <translation>Drücken Sie Start. Die neuen Aufnahmen ersetzen die alten von {name}, sobald sie gespeichert sind.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Shot {number}</source>
        <translation>Aufnahme {number}</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>The door decides nothing while somebody is being enrolled.</source>
        <translation>Die Tür entscheidet nichts, während jemand registriert wird.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Type the name and press Start. The shots are taken by themselves.</source>
        <translation>Geben Sie den Namen ein und drücken Sie Start. Die Aufnahmen entstehen von selbst.</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Who is it?</source>
        <translation>Wer ist es?</translation>
    </message>
</context>
<context>
    <name>EventDialog</name>
    <message>
        <source>A person said: this was somebody else</source>
        <translation>Jemand hat angegeben: Das war jemand anderes</translation>
    </message>
    <message>
        <source>A person said: this was {name}</source>
        <translation>Jemand hat angegeben: Das war {name}</translation>
    </message>
    <message>
        <source>Ago</source>
        <translation>Vor</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>Beste</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>Zählt</translation>
    </message>
    <message>
        <source>Event {number}</source>
        <translation>Ereignis {number}</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>Abstand</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Picture of the event</source>
        <translation>Bild des Ereignisses</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Bildgüte</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>Zweite</translation>
    </message>
    <message>
        <source>Take back what was said</source>
        <translation>Angabe zurücknehmen</translation>
    </message>
    <message>
        <source>That was me …</source>
        <translation>Das war ich …</translation>
    </message>
    <message>
        <source>That was not me</source>
        <translation>Das war ich nicht</translation>
    </message>
    <message>
        <source>That was somebody else …</source>
        <translation>Das war jemand anderes …</translation>
    </message>
    <message>
        <source>The fingerprint of this event is added to the person&apos;s. Say it only of who you are sure of.</source>
        <translation>Der Abdruck dieses Ereignisses kommt zu denen der Person hinzu. Geben Sie es nur an, wenn Sie sicher sind.</translation>
    </message>
    <message>
        <source>The last pictures of this face, oldest first</source>
        <translation>Die letzten Bilder dieses Gesichts, älteste zuerst</translation>
    </message>
    <message>
        <source>This event cannot correct the gallery: its fingerprint was not kept, or was deleted with the person.</source>
        <translation>Dieses Ereignis kann die Galerie nicht berichtigen: Sein Abdruck wurde nicht aufbewahrt oder mit der Person gelöscht.</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Votes of the last pictures</source>
        <translation>Stimmen der letzten Bilder</translation>
    </message>
    <message>
        <source>What was said counts already; taken back, the gallery is as it was before.</source>
        <translation>Die Angabe zählt schon; zurückgenommen ist die Galerie wie zuvor.</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>“Not me” keeps this face as a counter-example: who looks more like it than like {name} scores less as {name}. A fingerprint of {name} is never removed.</source>
        <translation>„Das war ich nicht“ bewahrt dieses Gesicht als Gegenbeispiel auf: Wer ihm ähnlicher sieht als {name}, bekommt als {name} einen kleineren Wert. Ein Abdruck von {name} wird nie entfernt.</translation>
    </message>
</context>
<context>
    <name>EventsModel</name>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>network {time}, {where}</source>
        <translation>Netz {time}, {where}</translation>
    </message>
    <message>
        <source>not {who}</source>
        <translation>nicht {who}</translation>
    </message>
    <message>
        <source>score {score}</source>
        <translation>Wert {score}</translation>
    </message>
    <message>
        <source>{who} (was {said})</source>
        <translation>{who} (war {said})</translation>
    </message>
</context>
<context>
    <name>EventsPanel</name>
    <message>
        <source>1 event</source>
        <translation>1 Ereignis</translation>
    </message>
    <message>
        <source>All decisions</source>
        <translation>Alle Entscheidungen</translation>
    </message>
    <message>
        <source>Any time</source>
        <translation>Beliebige Zeit</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Delete all</source>
        <translation>Alle löschen</translation>
    </message>
    <message>
        <source>Delete all events</source>
        <translation>Alle Ereignisse löschen</translation>
    </message>
    <message>
        <source>Delete all events with their pictures and fingerprints?</source>
        <translation>Alle Ereignisse mit ihren Bildern und Abdrücken löschen?</translation>
    </message>
    <message>
        <source>Delete all …</source>
        <translation>Alle löschen …</translation>
    </message>
    <message>
        <source>Events, newest first</source>
        <translation>Ereignisse, neueste zuerst</translation>
    </message>
    <message>
        <source>Everyone</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Export the listed events</source>
        <translation>Die aufgeführten Ereignisse exportieren</translation>
    </message>
    <message>
        <source>Export …</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>Erster Tag</translation>
    </message>
    <message>
        <source>From … to …</source>
        <translation>Von … bis …</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>Letzter Tag</translation>
    </message>
    <message>
        <source>No event fits the filters</source>
        <translation>Kein Ereignis passt zu den Filtern</translation>
    </message>
    <message>
        <source>Nothing has happened yet: who is let in or refused is listed here</source>
        <translation>Noch ist nichts geschehen: Wer eingelassen oder abgewiesen wird, steht hier</translation>
    </message>
    <message>
        <source>Open the selected event (Enter)</source>
        <translation>Ausgewähltes Ereignis öffnen (Eingabe)</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Search names</source>
        <translation>Namen suchen</translation>
    </message>
    <message>
        <source>Search names (Ctrl+F)</source>
        <translation>Namen suchen (Strg+F)</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>This cannot be undone. People stay enrolled, and what was corrected by events stays with them.</source>
        <translation>Das lässt sich nicht rückgängig machen. Personen bleiben registriert, und was durch Ereignisse berichtigt wurde, bleibt ihnen.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Why …</source>
        <translation>Warum …</translation>
    </message>
    <message>
        <source>{count} events</source>
        <translation>{count} Ereignisse</translation>
    </message>
    <message>
        <source>{count} events written to {name}</source>
        <translation>{count} Ereignisse in {name} geschrieben</translation>
    </message>
</context>
<context>
    <name>FlashDialog</name>
    <message>
        <source>Board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Flash</source>
        <translation>Flashen</translation>
    </message>
    <message>
        <source>Flash a board</source>
        <translation>Ein Board flashen</translation>
    </message>
    <message>
        <source>Flash method</source>
        <translation>Flash-Methode</translation>
    </message>
    <message>
        <source>Flashing</source>
        <translation>Flashen</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Abbild</translation>
    </message>
    <message>
        <source>Kind of board</source>
        <translation>Art des Boards</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Erneut suchen</translation>
    </message>
    <message>
        <source>Looking for the board&apos;s disk and for programmers</source>
        <translation>Suche das Laufwerk des Boards und Programmiergeräte</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>More than one board shows a disk: make sure that the right one is chosen.</source>
        <translation>Mehr als ein Board zeigt ein Laufwerk: Achten Sie darauf, dass das richtige gewählt ist.</translation>
    </message>
    <message>
        <source>No disk named {disk} is mounted and no programmer is installed. Plug the board in at its ST-LINK side and open its disk, then look again.</source>
        <translation>Kein Laufwerk namens {disk} ist eingehängt und kein Programmiergerät installiert. Stecken Sie das Board an seiner ST-LINK-Seite an, öffnen Sie sein Laufwerk und suchen Sie erneut.</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>The board is being flashed: wait, or stop first.</source>
        <translation>Das Board wird gerade geflasht: Warten Sie, oder halten Sie es erst an.</translation>
    </message>
    <message>
        <source>The board may then hold half an image and has to be flashed again</source>
        <translation>Das Board enthält dann vielleicht ein halbes Abbild und muss neu geflasht werden</translation>
    </message>
    <message>
        <source>The image replaces what is on the board. Recognition stops meanwhile and goes on by itself; the door stays locked. Keep the board plugged in until it is done.</source>
        <translation>Das Abbild ersetzt, was auf dem Board ist. Die Erkennung hält solange an und geht von selbst weiter; die Tür bleibt verriegelt. Lassen Sie das Board angesteckt, bis es fertig ist.</translation>
    </message>
    <message>
        <source>✓ The image is on the board. It connects again by itself.</source>
        <translation>✓ Das Abbild ist auf dem Board. Es verbindet sich von selbst wieder.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>Registrieren</translation>
    </message>
    <message>
        <source>Enrol a person</source>
        <translation>Person registrieren</translation>
    </message>
    <message>
        <source>Enrol a person ({key})</source>
        <translation>Person registrieren ({key})</translation>
    </message>
    <message>
        <source>Face door</source>
        <translation>Face door</translation>
    </message>
    <message>
        <source>Menu ({key})</source>
        <translation>Menü ({key})</translation>
    </message>
</context>
<context>
    <name>HintBar</name>
    <message>
        <source>Got it</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>Hint</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>No more hints; the menu brings them back</source>
        <translation>Keine Hinweise mehr; das Menü bringt sie zurück</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Add under another name</source>
        <translation>Unter anderem Namen hinzufügen</translation>
    </message>
    <message>
        <source>All of them were enrolled with the network that the board runs.</source>
        <translation>Alle wurden mit dem Netz registriert, das auf dem Board läuft.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Enrolled with another network, so they must be enrolled again here: {count}</source>
        <translation>Mit einem anderen Netz registriert und hier neu zu registrieren: {count}</translation>
    </message>
    <message>
        <source>For all whose name is taken</source>
        <translation>Für alle, deren Name vergeben ist</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Import a gallery</source>
        <translation>Galerie importieren</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Auslassen</translation>
    </message>
    <message>
        <source>Names that are taken: {count}</source>
        <translation>Vergebene Namen: {count}</translation>
    </message>
    <message>
        <source>Same person: merge</source>
        <translation>Dieselbe Person: zusammenführen</translation>
    </message>
    <message>
        <source>The file holds biometric data: import it only if these people have agreed.</source>
        <translation>Die Datei enthält biometrische Daten: Importieren Sie sie nur, wenn diese Personen zugestimmt haben.</translation>
    </message>
    <message>
        <source>What to do with {name}</source>
        <translation>Was mit {name} geschehen soll</translation>
    </message>
    <message>
        <source>Without a board nobody can say who of them it will recognise.</source>
        <translation>Ohne Board lässt sich nicht sagen, wen davon es erkennen wird.</translation>
    </message>
    <message>
        <source>{file}: people {people}, fingerprints {fingerprints}</source>
        <translation>{file}: Personen {people}, Abdrücke {fingerprints}</translation>
    </message>
</context>
<context>
    <name>LatencyPlot</name>
    <message>
        <source>Board latency</source>
        <translation>Rechenzeit des Boards</translation>
    </message>
    <message>
        <source>Board latency of the last minute</source>
        <translation>Rechenzeit des Boards in der letzten Minute</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Percentiles of every stage, and every layer&apos;s cycles (T)</source>
        <translation>Perzentile jedes Schritts und Takte jeder Schicht (T)</translation>
    </message>
    <message>
        <source>Timing in detail</source>
        <translation>Zeiten im Einzelnen</translation>
    </message>
    <message>
        <source>network, at the board&apos;s clock</source>
        <translation>Netz, nach der Uhr des Boards</translation>
    </message>
    <message>
        <source>no fingerprint yet</source>
        <translation>noch kein Abdruck</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>p50 {p50} ms · p95 {p95} ms · p99 {p99} ms · {place}</source>
        <translation>p50 {p50} ms · p95 {p95} ms · p99 {p99} ms · {place}</translation>
    </message>
    <message>
        <source>{figures}, {count} fingerprints, limit 500 ms</source>
        <translation>{figures}, {count} Abdrücke, Grenze 500 ms</translation>
    </message>
</context>
<context>
    <name>LayerChartView</name>
    <message>
        <source>Cycles of every layer</source>
        <translation>Takte jeder Schicht</translation>
    </message>
    <message>
        <source>No profile yet: it is taken when a board has been connected</source>
        <translation>Noch kein Profil: Es wird aufgenommen, wenn ein Board verbunden ist</translation>
    </message>
    <message>
        <source>Point at a bar, or use the arrow keys</source>
        <translation>Auf einen Balken zeigen oder die Pfeiltasten verwenden</translation>
    </message>
    <message>
        <source>thousand cycles</source>
        <translation>Tausend Takte</translation>
    </message>
</context>
<context>
    <name>LiveView</name>
    <message>
        <source>Live picture</source>
        <translation>Live-Bild</translation>
    </message>
    <message>
        <source>camera {camera} fps · shown {shown} fps</source>
        <translation>Kamera {camera} fps · gezeigt {shown} fps</translation>
    </message>
</context>
<context>
    <name>MergeDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Keep the name {name}</source>
        <translation>Den Namen {name} behalten</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>Zusammenführen</translation>
    </message>
    <message>
        <source>Merge two people</source>
        <translation>Zwei Personen zusammenführen</translation>
    </message>
    <message>
        <source>The shots and events of both stay. Undo parts them again until the program ends.</source>
        <translation>Die Aufnahmen und Ereignisse beider bleiben. Rückgängig trennt sie wieder, bis das Programm endet.</translation>
    </message>
    <message>
        <source>{name} is the same person as</source>
        <translation>{name} ist dieselbe Person wie</translation>
    </message>
</context>
<context>
    <name>PeopleController</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Export the gallery</source>
        <translation>Galerie exportieren</translation>
    </message>
    <message>
        <source>Exported to {file}</source>
        <translation>Exportiert nach {file}</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Gallery files (*{ending})</source>
        <translation>Galeriedateien (*{ending})</translation>
    </message>
    <message>
        <source>Import a gallery</source>
        <translation>Galerie importieren</translation>
    </message>
    <message>
        <source>Names, pictures and fingerprints of faces, not encrypted. Keep it where only those can read it who are meant to, and delete it when it is no longer needed.</source>
        <translation>Namen, Bilder und Abdrücke von Gesichtern, unverschlüsselt. Bewahren Sie sie so auf, dass nur Befugte sie lesen können, und löschen Sie sie, wenn sie nicht mehr gebraucht wird.</translation>
    </message>
    <message>
        <source>The file holds biometric data. People in it: {count}</source>
        <translation>Die Datei enthält biometrische Daten. Personen darin: {count}</translation>
    </message>
</context>
<context>
    <name>PeoplePanel</name>
    <message>
        <source>1 person</source>
        <translation>1 Person</translation>
    </message>
    <message>
        <source>Delete	Del</source>
        <translation>Löschen	Entf</translation>
    </message>
    <message>
        <source>Enrol a person (E)</source>
        <translation>Person registrieren (E)</translation>
    </message>
    <message>
        <source>Enrol again…	Shift+E</source>
        <translation>Neu registrieren …	Umschalt+E</translation>
    </message>
    <message>
        <source>Enrol from photos…	P</source>
        <translation>Aus Fotos registrieren …	P</translation>
    </message>
    <message>
        <source>Enrolled people</source>
        <translation>Registrierte Personen</translation>
    </message>
    <message>
        <source>Enrol…</source>
        <translation>Registrieren …</translation>
    </message>
    <message>
        <source>Export the gallery…	Ctrl+Shift+E</source>
        <translation>Galerie exportieren …	Strg+Umschalt+E</translation>
    </message>
    <message>
        <source>From photos, export, import, undo</source>
        <translation>Aus Fotos, Export, Import, Rückgängig</translation>
    </message>
    <message>
        <source>Import a gallery…	Ctrl+Shift+O</source>
        <translation>Galerie importieren …	Strg+Umschalt+O</translation>
    </message>
    <message>
        <source>Merge with…	Ctrl+M</source>
        <translation>Zusammenführen mit …	Strg+M</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Rename	F2</source>
        <translation>Umbenennen	F2</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>{count} people</source>
        <translation>{count} Personen</translation>
    </message>
</context>
<context>
    <name>PhotoDialog</name>
    <message>
        <source>A folder of photos</source>
        <translation>Ein Ordner mit Fotos</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>Dateien hinzufügen …</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>CSV-Dateien (*.csv)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Drop photos or folders here, or add them. A subfolder is one person by its name; photos without a subfolder are named by their file names: Ada_1.jpg and Ada_2.jpg are Ada.</source>
        <translation>Ziehen Sie Fotos oder Ordner hierher oder fügen Sie sie hinzu. Ein Unterordner ist eine Person mit seinem Namen; Fotos ohne Unterordner heißen nach ihrer Datei: Ada_1.jpg und Ada_2.jpg sind Ada.</translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>Registrieren</translation>
    </message>
    <message>
        <source>Enrol from photos</source>
        <translation>Aus Fotos registrieren</translation>
    </message>
    <message>
        <source>Enrol people who look like somebody enrolled, too</source>
        <translation>Auch Personen registrieren, die einer registrierten ähneln</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Left out, because they are no photos: {count}.</source>
        <translation>Ausgelassen, weil es keine Fotos sind: {count}.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>People and photos</source>
        <translation>Personen und Fotos</translation>
    </message>
    <message>
        <source>People: {people}, photos: {photos}. A name can be changed with F2; people of one name become one.</source>
        <translation>Personen: {people}, Fotos: {photos}. Ein Name lässt sich mit F2 ändern; gleichnamige Personen werden eine.</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Photos ({endings})</source>
        <translation>Fotos ({endings})</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>Save the report…</source>
        <translation>Bericht speichern …</translation>
    </message>
    <message>
        <source>The report is in {file}</source>
        <translation>Der Bericht steht in {file}</translation>
    </message>
    <message>
        <source>Where a name is taken, add the photos to that person if they look alike</source>
        <translation>Wo ein Name vergeben ist, die Fotos bei Ähnlichkeit dieser Person hinzufügen</translation>
    </message>
    <message>
        <source>{file} cannot be written: {why}</source>
        <translation>{file} lässt sich nicht schreiben: {why}</translation>
    </message>
</context>
<context>
    <name>PhotoQuestion</name>
    <message>
        <source>Give at least two groups a name each. A group without a name is left out.</source>
        <translation>Mindestens zwei Gruppen brauchen je einen eigenen Namen. Eine Gruppe ohne Namen wird weggelassen.</translation>
    </message>
    <message>
        <source>Group {number}: photos: {count}</source>
        <translation>Gruppe {number}: Fotos: {count}</translation>
    </message>
    <message>
        <source>Groups of photos</source>
        <translation>Gruppen von Fotos</translation>
    </message>
    <message>
        <source>Likeness to group 1: {likeness}; photos of one person reach {bound}</source>
        <translation>Ähnlichkeit mit Gruppe 1: {likeness}; Fotos einer Person erreichen {bound}</translation>
    </message>
    <message>
        <source>Name of group {number}</source>
        <translation>Name der Gruppe {number}</translation>
    </message>
    <message>
        <source>Take none of them</source>
        <translation>Keine davon übernehmen</translation>
    </message>
    <message>
        <source>Take only group {number} as {name}</source>
        <translation>Nur Gruppe {number} als {name} übernehmen</translation>
    </message>
    <message>
        <source>Take them as different people, with the names under the groups</source>
        <translation>Als verschiedene Personen übernehmen, mit den Namen unter den Gruppen</translation>
    </message>
    <message>
        <source>The name {detail} is taken</source>
        <translation>Der Name {detail} ist vergeben</translation>
    </message>
    <message>
        <source>They are one person all the same: take all as {name}</source>
        <translation>Es ist trotzdem eine Person: alle als {name} übernehmen</translation>
    </message>
</context>
<context>
    <name>PortChooser</name>
    <message>
        <source>A port, the virtual board, or an address such as socket://localhost:5000</source>
        <translation>Ein Anschluss, das virtuelle Board oder eine Adresse wie socket://localhost:5000</translation>
    </message>
    <message>
        <source>By itself: a known board, else the virtual one</source>
        <translation>Von selbst: ein bekanntes Board, sonst das virtuelle</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Port of the board</source>
        <translation>Anschluss des Boards</translation>
    </message>
    <message>
        <source>Virtual board</source>
        <translation>Virtuelles Board</translation>
    </message>
    <message>
        <source>no known board: {what}</source>
        <translation>kein bekanntes Board: {what}</translation>
    </message>
    <message>
        <source>port or socket://host:port</source>
        <translation>Anschluss oder socket://rechner:port</translation>
    </message>
</context>
<context>
    <name>ProblemBar</name>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Dismiss the problem</source>
        <translation>Problem ausblenden</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>What to do: {hint}</source>
        <translation>Was zu tun ist: {hint}</translation>
    </message>
</context>
<context>
    <name>ProgressRing</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>{taken} of {wanted} shots</source>
        <translation>{taken} von {wanted} Aufnahmen</translation>
    </message>
</context>
<context>
    <name>PromptView</name>
    <message>
        <source>{turned} of {turns}</source>
        <translation>{turned} von {turns}</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Take the poses that were left out</source>
        <translation>Ausgelassene Haltungen nachholen</translation>
    </message>
    <message>
        <source>Will the door know this person?</source>
        <translation>Wird die Tür diese Person erkennen?</translation>
    </message>
    <message>
        <source>⚠ These shots do not look like {name}&apos;s earlier ones (score {score}): is it the same person?</source>
        <translation>⚠ Diese Aufnahmen sehen nicht aus wie die früheren von {name} (Wert {score}): Ist es dieselbe Person?</translation>
    </message>
</context>
<context>
    <name>Row</name>
    <message>
        <source>A change counts from the next start on.</source>
        <translation>Eine Änderung gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Back to the default: {setting}</source>
        <translation>Zurück zur Vorgabe: {setting}</translation>
    </message>
    <message>
        <source>Default: {value}</source>
        <translation>Vorgabe: {value}</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
</context>
<context>
    <name>RowPainter</name>
    <message>
        <source>New name</source>
        <translation>Neuer Name</translation>
    </message>
</context>
<context>
    <name>ScoreBar</name>
    <message>
        <source>Score against threshold</source>
        <translation>Wert gegen Schwelle</translation>
    </message>
    <message>
        <source>no score</source>
        <translation>kein Wert</translation>
    </message>
    <message>
        <source>score {score}, threshold {threshold}, uncertain from {low}</source>
        <translation>Wert {score}, Schwelle {threshold}, unsicher ab {low}</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Every setting back to its default</source>
        <translation>Alle Einstellungen zurück auf die Vorgabe</translation>
    </message>
    <message>
        <source>No setting matches.</source>
        <translation>Keine Einstellung passt.</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>Überall</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context>
<context>
    <name>ShotCard</name>
    <message>
        <source>Again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Shot {number}, {line}</source>
        <translation>Aufnahme {number}, {line}</translation>
    </message>
    <message>
        <source>Take shot {number} again</source>
        <translation>Aufnahme {number} wiederholen</translation>
    </message>
    <message>
        <source>unlike the others</source>
        <translation>anders als die übrigen</translation>
    </message>
</context>
<context>
    <name>StageModel</name>
    <message>
        <source>over the newest {frames} frames</source>
        <translation>über die neuesten {frames} Bilder</translation>
    </message>
    <message>
        <source>since the board was connected or flip averaging changed, to half a per cent</source>
        <translation>seit das Board verbunden ist oder die Spiegelmittelung sich geändert hat, auf ein halbes Prozent genau</translation>
    </message>
</context>
<context>
    <name>StartProblem</name>
    <message>
        <source>A folder for people and events</source>
        <translation>Ein Ordner für Personen und Ereignisse</translation>
    </message>
    <message>
        <source>Data folder: {folder}</source>
        <translation>Datenordner: {folder}</translation>
    </message>
    <message>
        <source>Face door</source>
        <translation>Face door</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Use another folder…</source>
        <translation>Anderen Ordner verwenden …</translation>
    </message>
    <message>
        <source>What to do: {hint}</source>
        <translation>Was zu tun ist: {hint}</translation>
    </message>
</context>
<context>
    <name>StepList</name>
    <message>
        <source>Poses</source>
        <translation>Haltungen</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>ausgelassen</translation>
    </message>
</context>
<context>
    <name>TimingStrip</name>
    <message>
        <source>End-to-end latency</source>
        <translation>Gesamtlatenz</translation>
    </message>
    <message>
        <source>Timing of one frame</source>
        <translation>Zeiten eines Bildes</translation>
    </message>
    <message>
        <source>no face has been sent to the board yet</source>
        <translation>noch kein Gesicht an das Board gesendet</translation>
    </message>
</context>
<context>
    <name>TimingWindow</name>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>CSV-Dateien (*.csv)</translation>
    </message>
    <message>
        <source>Cycles</source>
        <translation>Takte</translation>
    </message>
    <message>
        <source>Cycles a MAC</source>
        <translation>Takte je MAC</translation>
    </message>
    <message>
        <source>Every stage of every frame kept, with units</source>
        <translation>Jeder Schritt jedes aufbewahrten Bildes, mit Einheiten</translation>
    </message>
    <message>
        <source>Export CSV</source>
        <translation>CSV exportieren</translation>
    </message>
    <message>
        <source>Export CSV…</source>
        <translation>CSV exportieren …</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Measure the window anew</source>
        <translation>Das Fenster neu messen</translation>
    </message>
    <message>
        <source>Milliseconds of every stage</source>
        <translation>Millisekunden jedes Schritts</translation>
    </message>
    <message>
        <source>Milliseconds. Send, wait and match are this PC&apos;s; receive, network and, if virtual, the reply are the board&apos;s own clock. Emulated figures are those of the model of a Cortex-M7, not of silicon.</source>
        <translation>Millisekunden. Senden, Warten und Vergleichen gehören zu diesem PC; Empfangen, Netz und beim virtuellen Board die Antwort zählt die Uhr des Boards. Emulierte Werte stammen vom Modell eines Cortex-M7, nicht von Silizium.</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Profile again</source>
        <translation>Profil neu aufnehmen</translation>
    </message>
    <message>
        <source>Run the network once on its golden input and count every layer&apos;s cycles</source>
        <translation>Das Netz einmal mit seiner Prüfeingabe rechnen und die Takte jeder Schicht zählen</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>This program</source>
        <translation>Dieses Programm</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>What came of it</source>
        <translation>Was daraus wurde</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>ms</translation>
    </message>
    <message>
        <source>{count} frames written to {path}</source>
        <translation>{count} Bilder in {path} geschrieben</translation>
    </message>
    <message>
        <source>{count} layers written to {path}</source>
        <translation>{count} Schichten in {path} geschrieben</translation>
    </message>
    <message>
        <source>✕ {path} could not be written: {why}. Choose another folder.</source>
        <translation>✕ {path} ließ sich nicht schreiben: {why}. Wählen Sie einen anderen Ordner.</translation>
    </message>
</context>
<context>
    <name>TwinCard</name>
    <message>
        <source>Another person: go on</source>
        <translation>Eine andere Person: weiter</translation>
    </message>
    <message>
        <source>Picture of {name}</source>
        <translation>Bild von {name}</translation>
    </message>
    <message>
        <source>The same person: add the shots there</source>
        <translation>Dieselbe Person: die Aufnahmen dort hinzufügen</translation>
    </message>
    <message>
        <source>This looks like {name}, who is enrolled: score {score}, the door asks for {threshold}.</source>
        <translation>Das sieht aus wie {name}, schon registriert: Wert {score}, die Tür verlangt {threshold}.</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Board</source>
        <translation>Board</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Face door</source>
        <translation>Face door</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Personen</translation>
    </message>
    <message>
        <source>People, events and board</source>
        <translation>Personen, Ereignisse und Board</translation>
    </message>
    <message>
        <source>the folder {folder} could not be opened</source>
        <translation>der Ordner {folder} ließ sich nicht öffnen</translation>
    </message>
</context>
</TS>
