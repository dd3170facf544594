/** One text that falls under each category and one, with the same words, that does not. Mild on purpose. */

export interface Example {
  yes: string;
  no: string;
}

export const examples: Record<string, Example> = {
  hoaks: {
    yes: "Info dari teman di RS: air kelapa campur garam menyembuhkan semua penyakit dalam tiga hari. Sebarkan sebelum dihapus!",
    no: "Kementerian Kesehatan membantah kabar bahwa air kelapa dan garam menyembuhkan semua penyakit.",
  },
  sara: {
    yes: "Tahu sendirilah kelakuan orang dari suku itu kalau sudah pegang uang.",
    no: "Di kampung kami semua suku hidup rukun dan saling membantu.",
  },
  provokasi: {
    yes: "Ayo kita bakar saja kantornya malam ini, jangan kasih ampun!",
    no: "Mari ikut unjuk rasa damai di depan kantor gubernur besok pagi.",
  },
  radikalisme: {
    yes: "Sudah saatnya negara ini kita ganti dengan khilafah, angkat senjata melawan thaghut.",
    no: "Polisi menangkap seorang perekrut kelompok bersenjata di Poso.",
  },
  pornografi: {
    yes: "Open BO malam ini, VCS juga bisa, langsung DM untuk tarif.",
    no: "Ibu menyusui dianjurkan memeriksakan payudara bila terasa nyeri.",
  },
  perjudian: {
    yes: "Slot gacor hari ini, deposit 10rb langsung maxwin, WD lancar terus!",
    no: "Jangan sekali-kali coba slot, tetangga saya kehilangan rumah karena judi.",
  },
  penghinaan: {
    yes: "Dasar pejabat goblok, otakmu di dengkul.",
    no: "Kebijakan ini keliru dan pelayanannya lambat sekali, memalukan.",
  },
  ancaman: {
    yes: "Bayar besok atau data kamu saya sebar ke semua kontakmu.",
    no: "Kalau tidak dibayar, saya akan melapor ke polisi sesuai hukum.",
  },
};
