namespace Rivet.Scenarios.Tests;

/// <summary>
/// Every table of the store, by what of it could be content. What is content is in the scan of <see cref="SecrecyTests"/> with words of its own.
/// </summary>
internal static class ScannedTables
{
    /// <summary>Sealed content: names, titles, messages, files, settings with secrets, mails, what events say, analytics of the log.</summary>
    private static readonly string[] Content =
    [
        "audit_aside", "audit_board", "audit_column", "audit_column_person", "audit_export", "audit_saved_query", "audit_segment", "audit_tile", "audit_bundle",
        "identity_company", "identity_device", "identity_invitation", "identity_person", "mail_outgoing", "mail_setting",
        "messaging_conversation", "messaging_entry", "messaging_file", "messaging_file_chunk",
    ];

    /// <summary>Wrapped keys and what is under the root.</summary>
    private static readonly string[] Keys = ["identity_server_key", "transit_version", "transit_wrapping", "vault_company_key", "vault_key", "vault_request", "vault_root", "vault_signing_key"];

    /// <summary>Identifiers, numbers, times, hashes, signatures; announcements without content. Programs and their keys have names, as hosts do.</summary>
    private static readonly string[] Identifiers =
    [
        "SchemaVersions", "sqlite_sequence", "access_relation", "audit_checkpoint", "audit_keeping", "audit_key_statement", "audit_log", "audit_month", "audit_reader", "audit_retention", "audit_standing", "audit_witness",
        "identity_page_session", "identity_page_ticket", "messaging_activity", "messaging_cursor", "messaging_member", "messaging_policy", "messaging_read", "messaging_restored",
        "messaging_retention", "messaging_stored", "messaging_usage", "outbox", "outbox_cursor", "storage_incarnation", "storage_incarnation_seen", "transit_application", "transit_key", "vault_company",
    ];

    /// <summary>Content that does not exist yet. A table for it makes the test fail until it stands above and its words in the scan.</summary>
    public static IReadOnlyList<string> ToCome { get; } = ["search index of messages", "analytics of messages"];

    public static IEnumerable<string> All => Content.Concat(Keys).Concat(Identifiers);
}
