using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Rivet.Client.Slack;

/// <summary>
/// Short names of the emoji that work talk uses, and their characters. Names it does not know, a workspace's own ones
/// among them, stay as :name:.
/// </summary>
internal static class Emoji
{
    public const int LongestName = 64;
    private const int MaxBytes = 64;

    private static readonly FrozenDictionary<string, string> Names = Table
        .Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Chunk(2).ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup
        = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool TryFind(ReadOnlySpan<char> name, [NotNullWhen(true)] out string? emoji)
        => Lookup.TryGetValue(name, out emoji);

    /// <summary>What a reaction shows: the character with its skin tone, or :name:, at most 64 bytes of UTF-8.</summary>
    public static string OfReaction(string name)
    {
        var parts = name.Split("::", 2);
        if (TryFind(parts[0], out var emoji))
        {
            return parts.Length == 2 ? emoji + ToneOf(parts[1]) : emoji;
        }

        var shown = $":{name}:";
        while (System.Text.Encoding.UTF8.GetByteCount(shown) > MaxBytes)
        {
            shown = string.Concat(shown.AsSpan(0, shown.Length - 2 - (char.IsLowSurrogate(shown[^2]) ? 1 : 0)), ":");
        }

        return shown;
    }

    private static string ToneOf(string tone) => tone switch
    {
        "skin-tone-2" => "\U0001F3FB",
        "skin-tone-3" => "\U0001F3FC",
        "skin-tone-4" => "\U0001F3FD",
        "skin-tone-5" => "\U0001F3FE",
        "skin-tone-6" => "\U0001F3FF",
        _ => "",
    };

    private const string Table = """
        +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 satisfied 😆 joy 😂
        rolling_on_the_floor_laughing 🤣 rofl 🤣 sweat_smile 😅 wink 😉 blush 😊 relaxed ☺️
        slightly_smiling_face 🙂 upside_down_face 🙃 heart_eyes 😍 kissing_heart 😘 yum 😋 stuck_out_tongue 😛
        stuck_out_tongue_winking_eye 😜 sunglasses 😎 nerd_face 🤓 thinking_face 🤔 neutral_face 😐
        expressionless 😑 unamused 😒 face_with_rolling_eyes 🙄 rolling_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔
        sleepy 😪 sleeping 😴 mask 😷 dizzy_face 😵 confused 😕 worried 😟 slightly_frowning_face 🙁 open_mouth 😮
        astonished 😲 flushed 😳 cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 weary 😩 tired_face 😫 triumph 😤
        rage 😡 angry 😠 innocent 😇 hugging_face 🤗 shushing_face 🤫 exploding_head 🤯 partying_face 🥳
        pleading_face 🥺 face_palm 🤦 shrug 🤷 melting_face 🫠 saluting_face 🫡 wave 👋 ok_hand 👌 v ✌️
        crossed_fingers 🤞 point_up ☝️ point_up_2 👆 point_down 👇 point_left 👈 point_right 👉 clap 👏
        raised_hands 🙌 open_hands 👐 pray 🙏 handshake 🤝 muscle 💪 raised_hand ✋ hand ✋ fist ✊ facepunch 👊
        punch 👊 writing_hand ✍️ eyes 👀 brain 🧠 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚
        blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔 two_hearts 💕 sparkling_heart 💖 100 💯 boom 💥
        collision 💥 dash 💨 sweat_drops 💦 zzz 💤 fire 🔥 sparkles ✨ star ⭐ star2 🌟 tada 🎉 confetti_ball 🎊
        balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 rocket 🚀 airplane ✈️ car 🚗 bike 🚲 ship 🚢
        house 🏠 office 🏢 factory 🏭 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌
        heavy_multiplication_x ✖️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 question ❓ exclamation ❗
        heavy_exclamation_mark ❗ bangbang ‼️ heavy_plus_sign ➕ heavy_minus_sign ➖ arrow_up ⬆️ arrow_down ⬇️
        arrow_left ⬅️ arrow_right ➡️ recycle ♻️ red_circle 🔴 large_green_circle 🟢 large_yellow_circle 🟡
        large_blue_circle 🔵 speech_balloon 💬 bulb 💡 mag 🔍 lock 🔒 unlock 🔓 key 🔑 hammer 🔨 wrench 🔧
        hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 link 🔗 paperclip 📎 scissors ✂️ package 📦 mailbox 📫
        email 📧 envelope ✉️ phone 📞 telephone_receiver 📞 computer 💻 desktop_computer 🖥️ printer 🖨️ camera 📷
        memo 📝 pencil 📝 pencil2 ✏️ page_facing_up 📄 clipboard 📋 calendar 📅 date 📅 chart_with_upwards_trend 📈
        chart_with_downwards_trend 📉 bar_chart 📊 pushpin 📌 round_pushpin 📍 file_folder 📁 books 📚 book 📖
        bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 hourglass ⌛ hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️
        moneybag 💰 dollar 💵 credit_card 💳 sunny ☀️ cloud ☁️ umbrella ☔ snowflake ❄️ rainbow 🌈 moon 🌔 ocean 🌊
        earth_asia 🌏 earth_africa 🌍 earth_americas 🌎 seedling 🌱 herb 🌿 four_leaf_clover 🍀 maple_leaf 🍁
        fallen_leaf 🍂 leaves 🍃 rose 🌹 sunflower 🌻 cherry_blossom 🌸 evergreen_tree 🌲 deciduous_tree 🌳 coffee ☕
        tea 🍵 beer 🍺 beers 🍻 champagne 🍾 clinking_glasses 🥂 cake 🍰 birthday 🎂 cookie 🍪 doughnut 🍩 pizza 🍕
        hamburger 🍔 ramen 🍜 dumpling 🥟 rice 🍚 apple 🍎 watermelon 🍉 dog 🐶 cat 🐱 bug 🐛 ant 🐜 bee 🐝 snail 🐌
        turtle 🐢 panda_face 🐼 monkey_face 🐵 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 unicorn_face 🦄
        ghost 👻 robot_face 🤖 skull 💀 alien 👽 poop 💩 hankey 💩 man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️
        man-facepalming 🤦‍♂️ woman-facepalming 🤦‍♀️ cn 🇨🇳 flag-cn 🇨🇳 gb 🇬🇧 uk 🇬🇧 flag-gb 🇬🇧 us 🇺🇸 flag-us 🇺🇸
        de 🇩🇪 fr 🇫🇷 jp 🇯🇵 kr 🇰🇷 soccer ⚽ basketball 🏀 runner 🏃 running 🏃 dancer 💃 art 🎨 musical_note 🎵
        headphones 🎧 microphone 🎤 movie_camera 🎥 dart 🎯 game_die 🎲 jigsaw 🧩 crown 👑 gem 💎 ring 💍 lipstick 💄
        necktie 👔 tshirt 👕 rotating_light 🚨 construction 🚧 checkered_flag 🏁 triangular_flag_on_post 🚩 new 🆕
        ok 🆗 sos 🆘 cool 🆒 free 🆓 soon 🔜 back 🔙 up 🆙 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ zero 0️⃣
        """;
}
