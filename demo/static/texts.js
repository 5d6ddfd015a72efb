// What the page says, in the languages that the bot has.

const TEXTS = {
  en: {
    lead: 'Type a message, and see the five emojis that fit it.',
    message: 'Your message',
    loading: 'Fetching the model, once:',
    failed: 'The model could not be loaded. Reload the page; an older browser may lack WebAssembly.',
    nothing: 'No words to go by yet.',
    privacy:
      'What you type is read by this browser alone: it is sent nowhere, and nothing is stored. Texts that it recognises as grave (grief, violence, crisis) get comforting emojis only.',
  },
  de: {
    lead: 'Schreib eine Nachricht und sieh die fünf Emojis, die dazu passen.',
    message: 'Deine Nachricht',
    loading: 'Das Modell wird einmal geladen:',
    failed:
      'Das Modell konnte nicht geladen werden. Lade die Seite neu; einem älteren Browser fehlt vielleicht WebAssembly.',
    nothing: 'Noch keine Wörter.',
    privacy:
      'Was du schreibst, liest nur dieser Browser: Es wird nirgendwohin gesendet, und nichts wird gespeichert. Texte, die es als ernst erkennt (Trauer, Gewalt, Krisen), bekommen nur tröstende Emojis.',
  },
  es: {
    lead: 'Escribe un mensaje y mira los cinco emojis que le quedan mejor.',
    message: 'Tu mensaje',
    loading: 'Se descarga el modelo, una sola vez:',
    failed:
      'No se pudo cargar el modelo. Recarga la página; a un navegador antiguo puede faltarle WebAssembly.',
    nothing: 'Todavía no hay palabras.',
    privacy:
      'Lo que escribes solo lo lee este navegador: no se envía a ninguna parte y no se guarda nada. Los textos que reconoce como graves (duelo, violencia, crisis) solo reciben emojis de consuelo.',
  },
  ru: {
    lead: 'Напишите сообщение и посмотрите пять эмодзи, которые к нему подходят.',
    message: 'Ваше сообщение',
    loading: 'Модель загружается, один раз:',
    failed:
      'Не удалось загрузить модель. Обновите страницу; в старом браузере может не быть WebAssembly.',
    nothing: 'Слов пока нет.',
    privacy:
      'Текст читает только этот браузер: он никуда не отправляется, и ничего не сохраняется. К текстам, в которых он узнаёт горе, насилие или беду, показываются только утешающие эмодзи.',
  },
};

export function language() {
  const wanted = navigator.languages.map((code) => code.split('-')[0]);
  return wanted.find((code) => code in TEXTS) ?? 'en';
}

export const texts = () => TEXTS[language()];
