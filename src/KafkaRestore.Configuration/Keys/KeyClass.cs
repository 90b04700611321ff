namespace KafkaRestore.Configuration.Keys;

/// <summary>What a key does here, compared with the programs whose files are read.</summary>
public enum KeyClass
{
    /// <summary>The same as there.</summary>
    Works,

    /// <summary>The same, and more or more strictly; the key's remark says how.</summary>
    Better,

    /// <summary>A key of this program alone.</summary>
    Own,

    /// <summary>Accepted, and one line says that it has no effect.</summary>
    NoEffect,

    /// <summary>Refused when its value asks for something; the value that asks for nothing is accepted.</summary>
    Refused,
}
