<?php
// What does sabre/vobject read in calendars, and what does its validator say? Zones that PHP knows go by their names.

require '/usr/share/php/Sabre/VObject/autoload.php';

use Sabre\VObject\Reader;

function answer(string $text): array {
    $calendar = Reader::read($text);
    $complaints = [];
    foreach ($calendar->validate() as $one) {
        $complaints[] = $one['message'];
    }
    $entries = [];
    foreach ($calendar->select('VEVENT') as $event) {
        $entries[] = [
            (string) $event->UID,
            $event->DTSTART->getDateTime()->getTimestamp(),
            $event->DTEND->getDateTime()->getTimestamp(),
            (int) (string) $event->SEQUENCE,
            (string) $event->STATUS,
        ];
    }
    return ['entries' => $entries, 'complaints' => $complaints];
}

echo json_encode(array_map('answer', json_decode(stream_get_contents(STDIN))));
